variable "object" {
  type = object({
    text   = string
    number = optional(number, 4)
    list   = optional(list(bool))
    inner  = optional(object({ a = optional(string, "d") }), {})
  })
  default = { text = "t" }
}

variable "any" {
  type    = any
  default = [1, "two", { three = 3 }]
}

variable "set" {
  type    = set(string)
  default = ["b", "a", "b"]
}

resource "terraform_data" "all" {
  input = {
    integer  = 12345678901234567890
    fraction = 0.1
    large    = 2e40
    small    = -1.5e-7
    quote    = "a\"b\\c\n\t<&> é 😀 \u2028"
    empty    = ""
    list     = tolist(["y"])
    set      = var.set
    map      = tomap({ k = "w", l = "v" })
    tuple    = [1, "x", null, true, []]
    object   = var.object
    any      = var.any
    nothing  = "something"
    nolist   = tolist([])
    nomap    = {}
  }
  triggers_replace = { a = 2 }
}

resource "terraform_data" "list" {
  input = tolist(["a", "c", "d", "e"])
}

resource "terraform_data" "set" {
  input = toset(["b", "c", "d"])
}

resource "terraform_data" "map" {
  input = tomap({ b = 3, c = 2 })
}

resource "terraform_data" "nothing" {
}

resource "terraform_data" "unknown" {
  input = {
    id    = terraform_data.list.id
    list  = [terraform_data.list.id, "known"]
    set   = toset([terraform_data.list.id, "known"])
    map   = tomap({ a = terraform_data.list.id, b = "known" })
    text  = "x-${terraform_data.list.id}"
    out   = terraform_data.set.output
    upper = upper(terraform_data.list.id)
    cond  = terraform_data.list.id == "" ? [1] : [1, 2]
  }
}

output "all" {
  value = terraform_data.all.output
}

output "unknown" {
  value = { whole = terraform_data.unknown.output, known = 1, list = [terraform_data.list.id, 2] }
}

output "id" {
  value = terraform_data.list.id
}

output "nothing" {
  value = null
}

output "null_string" {
  value = terraform_data.nothing.input
}

output "number" {
  value = "now text"
}

output "set" {
  value = toset([3, 1, 2])
}

output "any" {
  value = var.any
}

output "object" {
  value = var.object
}

output "type_lists" {
  value = { a = tolist([]), b = toset([]), c = tomap({}), d = [], e = {} }
}
