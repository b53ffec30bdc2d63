//! `metadata functions`: the names are Terraform's and those that are said to be added.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::bench::Folder;

/// The functions of Terraform 1.11.
const TERRAFORM: &str = "
abs abspath alltrue anytrue base64decode base64encode base64gzip base64sha256 base64sha512 basename bcrypt can ceil
chomp chunklist cidrhost cidrnetmask cidrsubnet cidrsubnets coalesce coalescelist compact concat contains csvdecode
dirname distinct element endswith ephemeralasnull file filebase64 filebase64sha256 filebase64sha512 fileexists filemd5
fileset filesha1 filesha256 filesha512 flatten floor format formatdate formatlist indent index issensitive join
jsondecode jsonencode keys length log lookup lower matchkeys max md5 merge min nonsensitive one parseint pathexpand
plantimestamp pow range regex regexall replace reverse rsadecrypt sensitive setintersection setproduct setsubtract
setunion sha1 sha256 sha512 signum slice sort split startswith strcontains strrev substr sum templatefile
templatestring textdecodebase64 textencodebase64 timeadd timecmp timestamp title tobool tolist tomap tonumber toset
tostring transpose trim trimprefix trimspace trimsuffix try upper urlencode uuid uuidv5 values yamldecode yamlencode
zipmap";

/// Those that OpenTofu adds.
const ADDED: &str = "
assumeequal assumelistlength assumelistlengthmax assumelistlengthmin assumemaplength assumemaplengthmax
assumemaplengthmin assumenotnull assumesetlength assumesetlengthmax assumesetlengthmin assumestringprefix
base64gunzip cidrcontains convert urldecode";

#[test]
fn the_functions_are_those_of_terraform_and_the_added_ones() {
    let folder = Folder::new();
    let document: Json = serde_json::from_str(&folder.run("metadata functions -json").exits(0).quiet().out).unwrap();
    assert_eq!(document["format_version"], "1.0");
    let functions = document["function_signatures"].as_object().unwrap();
    let found: BTreeSet<&str> = functions.keys().map(String::as_str).filter(|name| !name.contains("::")).collect();
    let terraform: BTreeSet<&str> = TERRAFORM.split_whitespace().collect();
    assert_eq!(terraform.len(), 118);
    let expected: BTreeSet<&str> = terraform.iter().copied().chain(ADDED.split_whitespace()).collect();
    assert_eq!(found, expected);
    for (name, function) in functions {
        assert!(function["description"].as_str().is_some_and(|doc| doc.ends_with('.')), "{name} has no description");
        assert_eq!(Some(function), functions.get(&format!("core::{}", name.trim_start_matches("core::"))), "{name}");
    }
    let round = &functions["bcrypt"];
    assert_eq!(round["parameters"], serde_json::json!([{ "name": "str", "type": "string" }]));
    assert_eq!(round["variadic_parameter"]["name"], "cost");
    let table = folder.run("metadata functions").exits(0).quiet().out;
    for name in expected {
        assert!(table.lines().any(|line| line.starts_with(&format!("{name}("))), "{name} is not in the table");
    }
    assert!(table.contains("provider::terraform::encode_expr(value any) string\n"), "{table}");
}

/// Names, parameters, types and what may be null, as the program on the path tells them.
#[test]
fn signatures_are_those_of_terraform() {
    if !crate::judge::is_here("its signatures were not compared") {
        return;
    }
    let output = crate::judge::terraform().args(["metadata", "functions", "-json"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let theirs: Json = serde_json::from_str(&text[text.find('{').unwrap()..=text.rfind('}').unwrap()]).unwrap();
    let ours: Json = serde_json::from_str(&Folder::new().run("metadata functions -json").exits(0).out).unwrap();
    let mut wrong = String::new();
    for (name, theirs) in theirs["function_signatures"].as_object().unwrap() {
        let ours = plain(&ours["function_signatures"][name]);
        let theirs = plain(theirs);
        if ours != theirs {
            wrong += &format!("{name}\n    acier     {ours}\n    terraform {theirs}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// A signature without its descriptions, which are our own.
fn plain(signature: &Json) -> Json {
    let mut signature = signature.clone();
    let strip = |json: &mut Json| json.as_object_mut().map(|object| object.remove("description"));
    strip(&mut signature);
    signature["parameters"].as_array_mut().into_iter().flatten().for_each(|param| drop(strip(param)));
    if signature.get("variadic_parameter").is_some() {
        strip(&mut signature["variadic_parameter"]);
    }
    signature
}
