# Each output has another value when the variable is 1: what is shown of it, acier and Terraform must agree on.
variable "v" {
  default = 0
}

locals {
  now = var.v == 0
}

output "array_to_object" {
  value = jsonencode([[1, 2], { a = 1 }][var.v])
}
output "document" {
  value = jsonencode({ image = "web:${var.v}", ports = [80, 443], limits = { cpu = 1, memory = 2 }, name = "web" })
}
output "document_made" {
  value = local.now ? null : jsonencode({ a = 1, b = [true, null], c = {}, d = [] })
}
output "document_gone" {
  value = local.now ? jsonencode({ a = 1, b = ["x"] }) : null
}
output "document_in_list" {
  value = [jsonencode({ a = var.v, b = 2 }), "y"]
}
output "document_in_document" {
  value = jsonencode({ inner = jsonencode({ a = var.v, z = 1 }) })
}
output "document_to_text" {
  value = [jsonencode({ a = 1 }), "text"][var.v]
}
output "document_spaced" {
  value = ["{\"a\":[1,2]}", "{ \"a\": [1, 2] }"][var.v]
}
output "lines" {
  value = "first\nsecond ${var.v}\nthird\n"
}
output "list_added_in_front" {
  value = local.now ? ["a", "b", "c", "d"] : ["x", "a", "b", "c", "d"]
}
output "list_changed" {
  value = ["a", "b", "c${var.v}", "d", "e", "f"]
}
output "list_removed" {
  value = local.now ? ["a", "b", "c", "d", "e"] : ["a", "c", "d", "e"]
}
output "list_shorter_and_other" {
  value = local.now ? ["a", "b", "c", "d"] : ["a", "x", "d"]
}
output "list_longer_and_other" {
  value = local.now ? ["a", "b", "d"] : ["a", "x", "y", "d"]
}
output "list_of_objects" {
  value = [{ name = "a", size = 1 }, { name = "b", size = var.v }, { name = "c", size = 3 }]
}
output "list_of_objects_removed" {
  value = local.now ? [{ name = "a", size = 1 }, { name = "b", size = 2 }] : [{ name = "b", size = 2 }]
}
output "list_of_objects_replaced" {
  value = local.now ? [{ a = 1 }, { a = 2 }, { a = 3 }] : [{ a = 1 }, { a = 5 }, { a = 6 }, { a = 7 }, { a = 3 }]
}
output "list_to_number" {
  value = [["a"], 5][var.v]
}
output "number_to_object" {
  value = [5, { a = [1] }][var.v]
}
output "lines_to_list" {
  value = ["a\nb\n", ["a"]][var.v]
}
output "text_to_document" {
  value = ["text", jsonencode([1])][var.v]
}
output "list_of_lists" {
  value = [["a", "b"], ["c", "d${var.v}"]]
}
output "list_emptied" {
  value = local.now ? ["a"] : []
}
output "object" {
  value = { id = 7, name = "web", size = var.v, other = true, list = [1, 2, 3] }
}
output "object_grows" {
  value = local.now ? { a = "1" } : { a = "1", b = "2" }
}
output "object_in_object" {
  value = { outer = { name = "n", inner = { id = "i", deep = var.v, same = 1 } }, aside = { x = 1 } }
}
output "odd_keys" {
  value = { "a b" = var.v, "c.d" = 1, "é" = var.v }
}
output "escapes" {
  value = "tab\t quote\" back\\ ${var.v}"
}
output "number" {
  value = var.v * 1.5
}
output "turned" {
  value = local.now
}
