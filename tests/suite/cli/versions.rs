//! `required_version` against the answers that Terraform 1.11.4 gave for the same constraints.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::bench::Folder;

const FINE: &str = "";
const OTHER: &str = "Unsupported Terraform Core version";
const SYNTAX: &str = "Invalid version constraint";
const BEFORE: &str = "Invalid required_version constraint";

const ANSWERS: [(&str, &[&str]); 4] = [
    (
        FINE,
        &[
            "1.11.4",
            "=1.11.4",
            "= 1.11.4",
            "!= 1.11.3",
            ">1.11",
            ">=1.11.4",
            "<1.12",
            "<=1.11.4",
            "~>1.11",
            "~> 1.11.0",
            "~> 1.0",
            "~>1",
            "~>1.11.4",
            ">= 1.0, < 2.0",
            ">= v1.0",
            "v1.11.4",
            ">= 1.0.0+meta",
            "= 1.11.4+x",
            "1.11.4.0",
            "1.11.4.0.0",
            ">= 1.11.3.9",
            "01.11.4",
            "1.011.4",
            "   >=1.11.4   ",
            "<2,>1,!=1.11.3",
        ],
    ),
    (
        OTHER,
        &[
            "!=1.11.4",
            "> 1.11.4",
            ">= 1.11.5",
            "< 1.11.4",
            "<= 1.11",
            "~> 1.10.0",
            "~> 2",
            "~> 1.11.4.0",
            "~> 1.11.4.1",
            "~> 0.12",
            ">= 1.0,< 1.5",
            "1",
            "1.11",
            "1.11.4.1",
            "~>1.11.5",
            "<2,>1,!=1.11.4",
            "= 1.11.4, = 1.11.5",
        ],
    ),
    (
        SYNTAX,
        &[
            "==1.11.4",
            ">= 1.0 < 2.0",
            ">= 1.0,",
            ",>= 1.0",
            "",
            " ",
            ">=",
            "1.x",
            "1.*",
            "*",
            "V1.11.4",
            ">= -1",
            "=> 1.0",
            "=< 1.0",
            ">> 1",
            "^1.0",
            ">= 99999999999999999999.0",
            "1 .11",
            ">= 1..0",
            ">= .1",
            "!1.0",
            "!>1.0",
            ">= 1.0; < 2",
            "nonsense",
            ">= 1.0 , , < 2",
            "~ 1.11",
            "1.11.4 1.11.4",
            ">=1_0",
            "1.2.3+",
            "1.2.3+a..b",
            "1.0.0-a..b",
        ],
    ),
    (
        BEFORE,
        &[
            ">= 1.0.0-rc1",
            "~> 1.11.0-beta1",
            "= 1.11.4-rc1",
            "> 1.11.4-rc1",
            "< 1.11.4-rc1",
            "!= 1.11.4-rc1",
            ">= 1.0.0-",
            ">= 1.0.0beta1",
            "> 1.11.4alpha",
            "~> 1.11.4-0",
            ">= 1.2.3-a+b",
        ],
    ),
];

#[test]
fn constraints_mean_what_terraform_makes_of_them() {
    let mut text = String::new();
    let mut expected = BTreeMap::new();
    for (answer, constraints) in ANSWERS {
        for constraint in constraints {
            expected.insert(text.lines().count() as u64 + 2, (*constraint, answer));
            let _ = writeln!(text, "terraform {{\n  required_version = \"{constraint}\"\n}}");
        }
    }
    let ran = Folder::with(&text).run("validate -json").exits(1);
    let found: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let told: BTreeMap<u64, &str> = found["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["range"]["start"]["line"].as_u64().unwrap(), one["summary"].as_str().unwrap()))
        .collect();
    let found: BTreeMap<u64, (&str, &str)> =
        expected.iter().map(|(line, (text, _))| (*line, (*text, *told.get(line).unwrap_or(&FINE)))).collect();
    assert_eq!(found, expected);
}
