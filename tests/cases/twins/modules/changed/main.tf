module "outer" {
  source = "./middle"
  count  = 2
  names  = { a = ["x", "y"], b = ["z"] }
  tag    = "${count.index + 1}"
}

module "alone" {
  source = "./middle"
  names  = { c = ["q"] }
  tag    = "1"
}

resource "terraform_data" "counted" {
  count = 3
  input = count.index
}

resource "terraform_data" "loose" {
  input = "in"
}

resource "terraform_data" "forgotten" {
  input = module.alone.leaves["c"].leaves["q"]
}

resource "terraform_data" "gone" {
  for_each = toset(["g"])
  input    = [each.key, module.outer[1].leaves["a"]]
}

output "all" {
  value = module.outer[*].leaves
}
