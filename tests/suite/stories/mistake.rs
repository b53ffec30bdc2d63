//! Mistakes, one of which is put into a configuration that was sound.
//!
//! **Never:** judge: the mistake may turn out to be none. `{R}`, `{C}`, `{V}`, `{L}`, `{O}` stand for
//! the label of a resource, call, variable, local or output of the same module.

use super::block::{Block, Item};
use super::dice::Dice;
use super::story::Step;
use super::world::Placed;

/// Where a mistake goes.
#[derive(Clone, Copy)]
enum Place {
    /// A block of its own in a module.
    Module,
    /// In a block of this kind.
    In(&'static str),
    /// In the `lifecycle` of a resource.
    Life,
    /// A local value.
    Value,
    /// Another resource with this in it.
    Resource,
    /// A second time, a block of this kind.
    Twice(&'static str),
    /// An argument of a block of this kind goes.
    Without(&'static str),
    /// In a file of values of the root.
    Given,
}

use Place::{Given, In, Life, Module, Resource, Twice, Value, Without};

const MISTAKES: &[(Place, &str)] = &[
    (Value, "local.nope"),
    (Value, "var.nope"),
    (Value, "terraform_data.nope.output"),
    (Value, "terraform_data.nope"),
    (Value, "module.nope.x"),
    (Value, "module.{C}.nope"),
    (Value, "module.{C}[7]"),
    (Value, "terraform_data.{R}.nope"),
    (Value, "terraform_data.{R}[*].nope"),
    (Value, "terraform_data.{R}.output.nope.never"),
    (Value, "terraform_data.{R}[7].id"),
    (Value, "terraform_data.{R}[\"zz\"].id"),
    (Value, "data.terraform_data.x.id"),
    (Value, "terraform_data"),
    (Value, "module.{C}.a.b"),
    (Value, "each.key"),
    (Value, "count.index"),
    (Value, "self.id"),
    (Value, "path.nope"),
    (Value, "terraform.nope"),
    (Value, "nope"),
    (Value, "nope.a.b"),
    (Value, "nofunc(1)"),
    (Value, "core::nofunc(1)"),
    (Value, "provider::terraform::nofunc(1)"),
    (Value, "upper(1, 2)"),
    (Value, "upper()"),
    (Value, "upper([])"),
    (Value, "1 + \"x\""),
    (Value, "[1][5]"),
    (Value, "{}.a"),
    (Value, "{ a = 1 }[\"b\"]"),
    (Value, "\"x\".y"),
    (Value, "null.y"),
    (Value, "[for x in 1 : x]"),
    (Value, "{ for x in [1, 1] : x => x }"),
    (Value, "true ? [1] : { a = 1 }"),
    (Value, "null ? 1 : 2"),
    (Value, "\"${[1]}\""),
    (Value, "tonumber(\"x\")"),
    (Value, "file(\"nowhere\")"),
    (Value, "var.{V}.nope.never"),
    (Value, "local.{L}.nope.never"),
    (Value, "element([], 0)"),
    (Value, "tomap({ a = 1, b = [] })"),
    (Value, "-\"x\""),
    (Value, "{ (null) = 1 }"),
    (Value, "(1"),
    (Module, "locals {\n  a1 = local.a2\n  a2 = local.a1\n}"),
    (Module, "locals {\n  bad = 1\n}\nlocals {\n  bad = 2\n}"),
    (Module, "locals {\n  {L} = 1\n}"),
    (Module, "locals \"x\" {\n}"),
    (Module, "locals {\n  x {}\n}"),
    (
        Module,
        "resource \"terraform_data\" \"a1\" {\n  input = terraform_data.a2.id\n}\nresource \"terraform_data\" \"a2\" {\n  input = terraform_data.a1.id\n}",
    ),
    (Module, "resource \"terraform_data\" \"a1\" {\n  input = terraform_data.a1.id\n}"),
    (Module, "resource \"terraform_data\" {\n}"),
    (Module, "resource \"terraform_data\" \"a1\" \"b1\" {\n}"),
    (Module, "resource \"terraform_data\" \"1a\" {\n}"),
    (Module, "resource \"terraform_nope\" \"a1\" {\n}"),
    (Module, "data \"terraform_data\" \"a1\" {\n}"),
    (Module, "variable \"a1\" {\n  type    = number\n  default = \"abc\"\n}"),
    (Module, "variable \"a1\" {\n  type    = list(string)\n  default = { a = 1 }\n}"),
    (Module, "variable \"a1\" {\n  type = nope\n}"),
    (Module, "variable \"a1\" {\n  type = list(nope)\n}"),
    (Module, "variable \"a1\" {\n  type    = list\n  default = []\n}"),
    (Module, "variable \"a1\" {\n  type    = object({ a = string })\n  default = {}\n}"),
    (Module, "variable \"a1\" {\n  type    = object({ a = optional(number, \"x\") })\n  default = {}\n}"),
    (Module, "variable \"a1\" {\n  nullable = false\n  default  = null\n}"),
    (Module, "variable \"a1\" {\n  default = local.x\n}"),
    (Module, "variable \"a1\" {\n  default   = 1\n  sensitive = \"maybe\"\n}"),
    (Module, "variable \"a1\" {\n  default = 1\n  nope    = 1\n}"),
    (Module, "variable \"a1\" {\n  default = 1\n  nope {}\n}"),
    (Module, "variable \"count\" {\n  default = 1\n}"),
    (Module, "variable \"1a\" {\n  default = 1\n}"),
    (Module, "variable \"a1\" {\n}"),
    (Module, "variable {\n}"),
    (Module, "variable \"a1\" {\n  default = 1\n  validation {\n    condition = var.a1 == 1\n  }\n}"),
    (
        Module,
        "variable \"a1\" {\n  default = 1\n  validation {\n    condition     = true\n    error_message = \"No.\"\n  }\n}",
    ),
    (
        Module,
        "variable \"a1\" {\n  default = 1\n  validation {\n    condition     = var.a1 == 2\n    error_message = \"No.\"\n  }\n}",
    ),
    (
        Module,
        "variable \"a1\" {\n  default = 1\n  validation {\n    condition     = var.a1 == 2\n    error_message = var.nope\n  }\n}",
    ),
    (
        Module,
        "variable \"a1\" {\n  default = 1\n  validation {\n    condition     = var.a1\n    error_message = \"No.\"\n  }\n}",
    ),
    (
        Module,
        "variable \"a1\" {\n  default = \"q\"\n  validation {\n    condition     = var.a1\n    error_message = \"No.\"\n  }\n}",
    ),
    (
        Module,
        "variable \"a1\" {\n  default = 1\n  validation {\n    condition     = var.a1 == null\n    error_message = null\n  }\n}",
    ),
    (
        Module,
        "variable \"a1\" {\n  default   = 1\n  sensitive = true\n  validation {\n    condition     = var.a1 == 2\n    error_message = \"It is ${var.a1}.\"\n  }\n}",
    ),
    (Module, "output \"a1\" {\n}"),
    (Module, "output \"a1\" {\n  value = sensitive(\"x\")\n}"),
    (Module, "output \"a1\" {\n  value = 1\n  nope  = 2\n}"),
    (Module, "output \"a1\" {\n  value     = 1\n  ephemeral = true\n}"),
    (Module, "output \"a1\" {\n  value = terraform_data.nope.id\n}"),
    (
        Module,
        "output \"a1\" {\n  value = 1\n  precondition {\n    condition     = false\n    error_message = \"No.\"\n  }\n}",
    ),
    (
        Module,
        "output \"a1\" {\n  value = 1\n  precondition {\n    condition     = self.id\n    error_message = \"No.\"\n  }\n}",
    ),
    (Module, "output \"a1\" {\n  value     = 1\n  sensitive = var.nope\n}"),
    (Module, "output \"1a\" {\n  value = 1\n}"),
    (Module, "module \"a1\" {\n}"),
    (Module, "module \"a1\" {\n  source = 1\n}"),
    (Module, "module \"1a\" {\n  source = \"./m\"\n}"),
    (Module, "check \"a1\" {\n}"),
    (Module, "check \"a1\" {\n  assert {\n    condition = true\n  }\n}"),
    (Module, "check \"a1\" {\n  assert {\n    condition     = false\n    error_message = \"No.\"\n  }\n}"),
    (Module, "check \"a1\" {\n  assert {\n    condition     = 7\n    error_message = \"No.\"\n  }\n}"),
    (Module, "check \"a1\" {\n  assert {\n    condition     = local.nope\n    error_message = \"No.\"\n  }\n}"),
    (Module, "check \"a1\" {\n  nope {}\n}"),
    (Module, "check {\n}"),
    (Module, "moved {\n  from = terraform_data.a1\n  to   = terraform_data.a1\n}"),
    (Module, "moved {\n  from = terraform_data.{R}\n  to   = terraform_data.a1\n}"),
    (Module, "moved {\n  from = terraform_data.{R}[0]\n  to   = terraform_data.{R}[0]\n}"),
    (
        Module,
        "moved {\n  from = terraform_data.a1\n  to   = terraform_data.{R}\n}\nmoved {\n  from = terraform_data.a2\n  to   = terraform_data.{R}\n}",
    ),
    (
        Module,
        "moved {\n  from = terraform_data.a1\n  to   = terraform_data.a2\n}\nmoved {\n  from = terraform_data.a1\n  to   = terraform_data.a3\n}",
    ),
    (
        Module,
        "moved {\n  from = terraform_data.a1\n  to   = terraform_data.a2\n}\nmoved {\n  from = terraform_data.a2\n  to   = terraform_data.a1\n}",
    ),
    (Module, "moved {\n  from = terraform_data.a1\n}"),
    (Module, "moved {\n}"),
    (Module, "moved {\n  from = \"terraform_data.a1\"\n  to   = terraform_data.a2\n}"),
    (Module, "moved {\n  from = local.a1\n  to   = local.a2\n}"),
    (Module, "moved {\n  from = terraform_data.a1\n  to   = module.a1\n}"),
    (Module, "moved {\n  from = module.a1\n  to   = module.{C}\n}"),
    (Module, "moved {\n  from = module.{C}\n  to   = module.a1\n}"),
    (Module, "moved {\n  from = terraform_nope.a1\n  to   = terraform_data.{R}\n}"),
    (Module, "moved {\n  from = data.terraform_data.a1\n  to   = data.terraform_data.a2\n}"),
    (Module, "moved {\n  from = terraform_data.a1\n  to   = terraform_data.a2\n  nope = 1\n}"),
    (Module, "moved {\n  from = terraform_data.a1[count.index]\n  to   = terraform_data.a2\n}"),
    (Module, "removed {\n  from = terraform_data.{R}\n}"),
    (Module, "removed {\n  from = terraform_data.a1[0]\n}"),
    (Module, "removed {\n  from = terraform_data.a1\n  lifecycle {\n    destroy = var.nope\n  }\n}"),
    (Module, "removed {\n  from = terraform_data.a1\n  nope {}\n}"),
    (Module, "removed {\n  from = local.a1\n}"),
    (Module, "removed {\n  from = module.{C}\n}"),
    (Module, "removed {\n}"),
    (Module, "import {\n  to = terraform_data.a1\n  id = \"x\"\n}"),
    (Module, "import {\n  id = \"x\"\n}"),
    (Module, "import {\n  to = terraform_data.{R}\n}"),
    (Module, "import {\n  to = terraform_data.{R}\n  id = \"\"\n}"),
    (Module, "import {\n  to = terraform_data.{R}\n  id = var.nope\n}"),
    (Module, "import {\n  to = local.x\n  id = \"x\"\n}"),
    (Module, "terraform {\n  required_version = \">= 99\"\n}"),
    (Module, "terraform {\n  required_version = \"nope\"\n}"),
    (Module, "terraform {\n  nope = 1\n}"),
    (Module, "terraform {\n  nope {}\n}"),
    (Module, "foo {\n}"),
    (Module, "foo = 1"),
    (Module, "resource \"terraform_data\" \"{R}\" {\n}"),
    (In("resource"), "nope = 1"),
    (In("resource"), "output = 1"),
    (In("resource"), "id = \"x\""),
    (In("resource"), "nope {\n}"),
    (In("resource"), "provisioner \"nope\" {\n}"),
    (In("resource"), "lifecycle {\n}\nlifecycle {\n}"),
    (In("resource"), "depends_on = \"x\""),
    (In("resource"), "depends_on = [nope]"),
    (In("resource"), "depends_on = [terraform_data.nope]"),
    (In("resource"), "depends_on = [local.nope]"),
    (In("resource"), "depends_on = [module.nope]"),
    (In("resource"), "depends_on = [terraform_data.{R}.output]"),
    (In("resource"), "depends_on = [1 + 1]"),
    (In("resource"), "provider = nope"),
    (In("resource"), "provider = \"terraform\""),
    (In("output"), "nope = 1"),
    (In("output"), "description = 1"),
    (In("output"), "description = local.nope"),
    (In("output"), "depends_on = [terraform_data.nope]"),
    (In("module"), "nope = 1"),
    (In("module"), "nope {\n}"),
    (In("module"), "for_each = \"a\""),
    (In("module"), "count = \"a\""),
    (In("module"), "depends_on = [terraform_data.nope]"),
    (In("module"), "providers = 1"),
    (In("module"), "providers = {\n  nope = nope\n}"),
    (In("module"), "version = \"1\""),
    (In("module"), "lifecycle {\n}"),
    (In("variable"), "nope = 1"),
    (In("variable"), "description = 1"),
    (In("check"), "nope = 1"),
    (Resource, "count = \"x\""),
    (Resource, "count = -1"),
    (Resource, "count = null"),
    (Resource, "count = 1.5"),
    (Resource, "count = sensitive(1)"),
    (Resource, "count = [1]"),
    (Resource, "count = local.nope"),
    (Resource, "count = count.index"),
    (Resource, "for_each = \"a\""),
    (Resource, "for_each = [\"a\"]"),
    (Resource, "for_each = null"),
    (Resource, "for_each = toset([1])"),
    (Resource, "for_each = toset([null])"),
    (Resource, "for_each = toset([[]])"),
    (Resource, "for_each = sensitive(toset([\"a\"]))"),
    (Resource, "for_each = { a = each.key }"),
    (Resource, "count = 1\nfor_each = {}"),
    (Resource, "input = each.key"),
    (Resource, "input = each.nope"),
    (Resource, "for_each = {}\ninput    = each.nope"),
    (Resource, "input = count.index"),
    (Resource, "count = 1\ninput = each.value"),
    (Resource, "input = self.id"),
    (Resource, "input = terraform_data.{R}.nope"),
    (Resource, "input = terraform_data.{R}[\"zz\"]"),
    (Resource, "input = ephemeralasnull()"),
    (Life, "prevent_destroy = \"maybe\""),
    (Life, "create_before_destroy = \"maybe\""),
    (Life, "create_before_destroy = local.nope"),
    (Life, "ignore_changes = [nope]"),
    (Life, "ignore_changes = [\"input\"]"),
    (Life, "ignore_changes = input"),
    (Life, "ignore_changes = [input[0], input.a]"),
    (Life, "ignore_changes = [id]"),
    (Life, "ignore_changes = all"),
    (Life, "replace_triggered_by = [local.x]"),
    (Life, "replace_triggered_by = [terraform_data.nope]"),
    (Life, "replace_triggered_by = [terraform_data.{R}.nope]"),
    (Life, "replace_triggered_by = [terraform_data.{R}[count.index]]"),
    (Life, "replace_triggered_by = terraform_data.{R}"),
    (Life, "replace_triggered_by = [module.{C}]"),
    (Life, "nope = true"),
    (Life, "nope {\n}"),
    (Life, "precondition {\n  condition     = false\n  error_message = \"No.\"\n}"),
    (Life, "precondition {\n  condition     = 1\n  error_message = \"No.\"\n}"),
    (Life, "precondition {\n  condition     = \"x\"\n  error_message = \"No.\"\n}"),
    (Life, "precondition {\n  condition     = null\n  error_message = \"No.\"\n}"),
    (Life, "precondition {\n  condition     = self.id == 1\n  error_message = \"No.\"\n}"),
    (Life, "precondition {\n  condition     = [1][2] == 1\n  error_message = \"No.\"\n}"),
    (Life, "precondition {\n  condition     = false\n  error_message = [1]\n}"),
    (Life, "precondition {\n  condition     = false\n  error_message = sensitive(\"x\")\n}"),
    (Life, "precondition {\n  condition = true\n}"),
    (Life, "precondition {\n  error_message = \"No.\"\n}"),
    (Life, "postcondition {\n  condition     = false\n  error_message = \"No.\"\n}"),
    (Life, "postcondition {\n  condition     = self.nope\n  error_message = \"No.\"\n}"),
    (Life, "postcondition {\n  condition     = self.id == \"x\"\n  error_message = \"No.\"\n}"),
    (Twice("resource"), ""),
    (Twice("variable"), ""),
    (Twice("output"), ""),
    (Twice("module"), ""),
    (Twice("check"), ""),
    (Twice("moved"), ""),
    (Twice("locals"), ""),
    (Without("module"), "source"),
    (Without("module"), ""),
    (Without("output"), "value"),
    (Without("moved"), "to"),
    (Without("moved"), "from"),
    (Without("removed"), "from"),
    (Given, "nope = 1"),
    (Given, "{V} = [[1]]"),
    (Given, "{V} = \"text\""),
    (Given, "{V} = null"),
    (Given, "{V} = local.x"),
    (Given, "{V} = upper(\"x\")"),
    (Given, "x {}"),
];

/// Makes one mistake; says which. Nothing if it found no place.
pub(super) fn spoil(dice: &mut Dice, step: &mut Step) -> Option<&'static str> {
    let (place, text) = *dice.of(MISTAKES);
    spoil_with(dice, step, place, text).then_some(text)
}

fn spoil_with(dice: &mut Dice, step: &mut Step, place: Place, text: &'static str) -> bool {
    let native: Vec<usize> = (0..step.placed.len()).filter(|at| step.placed[*at].file.ends_with(".tf")).collect();
    let of_kind = |kind: &str| -> Vec<usize> {
        native.iter().copied().filter(|at| step.placed[*at].block.kind == kind).collect()
    };
    let anchor = match place {
        Module | Value | Resource => dice.any(&native).copied(),
        In(kind) | Twice(kind) | Without(kind) => dice.any(&of_kind(kind)).copied(),
        Life => dice.any(&of_kind("resource")).copied(),
        Given => native.iter().copied().find(|at| !step.placed[*at].file.contains('/')),
    };
    let Some(anchor) = anchor else { return false };
    let file = step.placed[anchor].file.clone();
    let Some(text) = with_labels(dice, step, &file, text) else { return false };
    let mut stand = |block: Block, file: String| step.placed.push(Placed { key: "mistake".into(), file, block });
    match place {
        Module => stand(Block::raw(&text), file),
        Value => stand(Block::raw(&format!("locals {{\n  bad = {text}\n}}")), file),
        Resource => {
            let text = text.replace('\n', "\n  ");
            stand(Block::raw(&format!("resource \"terraform_data\" \"bad\" {{\n  {text}\n}}")), file);
        }
        Given => stand(Block::raw(&text), "terraform.tfvars".into()),
        Twice(_) => {
            let block = step.placed[anchor].block.clone();
            step.placed.push(Placed { key: "mistake".into(), file, block });
        }
        In(_) => step.placed[anchor].block.items.push(Item::Raw(text)),
        Life => {
            let items = &mut step.placed[anchor].block.items;
            let found = items.iter_mut().find_map(|item| match item {
                Item::Block(block) if block.kind == "lifecycle" => Some(block),
                _ => None,
            });
            match found {
                Some(block) => block.items.push(Item::Raw(text)),
                None => {
                    let life = Block { items: vec![Item::Raw(text)], ..Block::new("lifecycle", &[]) };
                    items.push(Item::Block(life));
                }
            }
        }
        Without(_) => {
            let items = &mut step.placed[anchor].block.items;
            let before = items.len();
            match text.as_str() {
                "" => drop(items.pop()),
                name => items.retain(|item| !matches!(item, Item::Argument(is, _) if is == name)),
            }
            return items.len() < before;
        }
    }
    true
}

/// Puts labels of the same folder into the text.
fn with_labels(dice: &mut Dice, step: &Step, file: &str, text: &str) -> Option<String> {
    let folder = |file: &str| file.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    let mut text = text.to_owned();
    for (mark, kind) in
        [("{R}", "resource"), ("{C}", "module"), ("{V}", "variable"), ("{O}", "output"), ("{L}", "locals")]
    {
        if !text.contains(mark) {
            continue;
        }
        let here =
            step.placed.iter().filter(|placed| placed.block.kind == kind && folder(&placed.file) == folder(file));
        let labels: Vec<String> = here
            .filter_map(|placed| match (kind, placed.block.items.first()) {
                ("locals", Some(Item::Argument(name, _))) => Some(name.clone()),
                ("locals", _) => None,
                _ => placed.block.labels.last().cloned(),
            })
            .collect();
        text = text.replace(mark, dice.any(&labels)?);
    }
    Some(text)
}
