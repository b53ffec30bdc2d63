//! Case files: what stood in the configuration before, what stands there now, the plan that follows.
//!
//! A case begins with `=== name`. `--- before` is applied to nothing; then `--- main.tf` is planned.
//! `--- options` says one a line: `destroy`, `refresh-only`, `target ADDR`, `exclude ADDR`,
//! `replace ADDR`, `taint ADDR`, `drift ADDR ATTRIBUTE TEXT`, `gone ADDR`, `deposed ADDR`,
//! `set-aside ADDR` (deposed, and no replacement was made),
//! `again no` (planning after the apply need not come out empty), `adopt`, `send-secrets`,
//! `import ADDR ID`. `--- exists` is applied to nothing, and the state knows nothing of what it made.
//! Every plan is saved and opened, carried out, and planned again: the second plan must be empty.
//! `ACIER_BLESS=1` writes what came of it back into the case files.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use acier::addr::parse;
use acier::diag::Diagnostics;
use acier::diag::render::render;
use acier::lang::import::Wanted;
use acier::plan::json::values::Sight;
use acier::plan::{Mode, Options, Plan, Refreshed, file, json, render as plan_text, waiting};
use acier::state::State;
use acier::value::Value;

use super::cloud::{Project, carry_out, key, world};
use crate::sections::{Case, read, write};

#[derive(Default)]
struct Setting {
    options: Options,
    refreshed: Refreshed,
    once: bool,
}

fn set(line: &str, setting: &mut Setting, state: &mut State) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let addr = || parse::addr(words[1]).unwrap();
    let Setting { options, refreshed, once } = setting;
    match words[0] {
        "destroy" => options.mode = Mode::Destroy,
        "refresh-only" => options.mode = Mode::RefreshOnly,
        "target" => options.targets.push(parse::target(words[1]).unwrap()),
        "exclude" => options.excludes.push(parse::target(words[1]).unwrap()),
        "replace" => options.replace.push(addr()),
        "taint" => state.objects.get_mut(&addr()).unwrap().tainted = true,
        "again" => *once = true,
        "adopt" => options.adopt = true,
        "send-secrets" => options.send_secrets = true,
        "import" => options.imports.push(Wanted { addr: addr(), named: Value::string(words[2]), span: None }),
        "gone" => refreshed.found.push((addr(), None, None)),
        "drift" => {
            let mut object = state.objects[&addr()].clone();
            let mut members = object.value.as_members().unwrap().clone();
            members.insert(words[2].into(), Value::string(words[3]));
            object.value = Value::object(members);
            refreshed.found.push((addr(), None, Some(object)));
        }
        "deposed" => {
            let mut object = state.objects[&addr()].clone();
            object.id = "/sub/rg/old".into();
            state.deposed.insert((addr(), "0badcafe".into()), object);
        }
        "set-aside" => {
            let object = state.objects.remove(&addr()).unwrap();
            state.deposed.insert((addr(), "0badcafe".into()), object);
        }
        other => panic!("{other} is no option of a case"),
    }
}

fn short(found: &Diagnostics, project: &Project) -> String {
    let texts = found.iter().map(|finding| render(finding, &project.sources, false));
    let texts: Vec<String> =
        texts.map(|text| text.lines().map(|line| format!("{}\n", line.trim_end())).collect()).collect();
    texts.concat()
}

fn steps(plan: &Plan) -> String {
    let mut out = String::new();
    for step in &plan.steps {
        let change = &plan.changes[step.change];
        let needs = if step.needs.is_empty() { String::new() } else { format!(" after {:?}", step.needs) };
        let _ = writeln!(out, "{} {:?} {}{needs}", step.number, step.act, change.addr);
    }
    out
}

fn run(case: &Case) -> String {
    let mut state = State::default();
    if !case.part("before").is_empty() {
        let project = Project::load(case.part("before"));
        let planned = project.plan(&state, &Refreshed::default(), &Options::default());
        let (plan, _) = planned.unwrap_or_else(|found| panic!("{}", short(&found, &project)));
        let found = carry_out(&project, &plan, &mut state);
        assert!(found.is_empty(), "{}", short(&found, &project));
    }
    let mut around = BTreeMap::new();
    if !case.part("exists").is_empty() {
        let project = Project::load(case.part("exists"));
        let mut other = State::default();
        let (plan, _) = project.plan(&other, &Refreshed::default(), &Options::default()).unwrap();
        assert!(carry_out(&project, &plan, &mut other).is_empty());
        around = world(&other, &project.schemas);
    }
    let mut setting = Setting::default();
    for line in case.part("options").lines() {
        set(line, &mut setting, &mut state);
    }
    let project = Project::load(case.part("main.tf"));
    let (plan, found) = match project.plan_among(&around, &state, &setting.refreshed, &setting.options) {
        Ok(planned) => planned,
        Err(found) => return short(&found, &project),
    };
    let mut out =
        format!("{}{}", short(&found, &project), plan_text::plan_of(&plan, &project.schemas, &project.sources, false));
    if !plan.steps.is_empty() {
        let _ = write!(out, "-- steps\n{}", steps(&plan));
    }
    if case.part("options").contains("json") || case.name.contains("JSON") {
        let setting =
            json::Setting { schemas: &project.schemas, state: &state, tree: Some(&project.tree), sight: Sight::Hidden };
        let shown = json::plan(&plan, &setting);
        let _ = writeln!(out, "-- json\n{shown:#}");
    }
    let saved = file::from_bytes(&file::to_bytes(&plan, &[], "default", &key()), &key()).unwrap();
    assert_eq!(saved.plan, plan, "{}: the saved plan is another", case.name);
    let found = carry_out(&project, &saved.plan, &mut state);
    if !found.is_empty() {
        let _ = write!(out, "-- apply\n{}", short(&found, &project));
        return out;
    }
    if setting.options.mode == Mode::Normal && !setting.once {
        let mut before = saved.plan;
        while !before.waiting.is_empty() {
            let (next, _) = project.plan_among(&around, &state, &Refreshed::default(), &Options::default()).unwrap();
            assert!(waiting::progresses(&before, &next), "{}: the stages do not end", case.name);
            let _ =
                write!(out, "-- next stage\n{}", plan_text::plan_of(&next, &project.schemas, &project.sources, false));
            let found = carry_out(&project, &next, &mut state);
            assert!(found.is_empty(), "{}", short(&found, &project));
            before = next;
        }
        let (again, _) = project.plan_among(&around, &state, &Refreshed::default(), &Options::default()).unwrap();
        let text = plan_text::plan(&again, &project.schemas, false);
        assert!(again.is_empty(), "{}: the second plan is not empty\n{text}", case.name);
    }
    out
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/plan/cases")
}

#[test]
fn plans_come_out_as_the_cases_say() {
    let bless = std::env::var_os("ACIER_BLESS").is_some();
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut wrong = Vec::new();
    let mut count = 0;
    for path in files {
        let mut cases = read(&std::fs::read_to_string(&path).unwrap());
        for case in &mut cases {
            count += 1;
            let got = run(case);
            if got != case.part("expect") {
                wrong.push(format!("{}: {}\n{}", path.display(), case.name, similar_text(case.part("expect"), &got)));
            }
            case.set("expect", got);
        }
        if bless {
            std::fs::write(&path, write(&cases)).unwrap();
        }
    }
    assert!(count >= 20, "the cases were not found");
    assert!(bless || wrong.is_empty(), "{}", wrong.join("\n"));
}

fn similar_text(before: &str, after: &str) -> String {
    similar::TextDiff::from_lines(before, after).unified_diff().to_string()
}
