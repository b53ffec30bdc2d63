//! The frozen samples of every format version in `state/samples` can be opened, for ever.

use std::path::{Path, PathBuf};

use acier::state::{Outcome, State};
use acier::store::{Access, Store};

use super::story::{apply, copy, operations, write};

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("state/samples")
}

/// Writes the sample of the present version, once, when the environment asks for it.
fn freeze() {
    let present = samples().join("v4");
    if std::env::var_os("ACIER_FREEZE_SAMPLE").is_some() && !present.exists() {
        write(&present, &operations());
        std::fs::remove_dir_all(present.join("index")).unwrap();
        std::fs::remove_file(present.join("lock")).unwrap();
    }
}

#[test]
fn every_version_opens_with_everything_in_it() {
    freeze();
    ["v1", "v2", "v3", "v4"].iter().for_each(|version| opens(version));
}

fn opens(version: &str) {
    let mut expected = State::default();
    apply(&mut expected, &operations().concat());
    let folder = tempfile::tempdir().unwrap();
    copy(&samples().join(version), folder.path());
    for access in [Access::Read, Access::Write] {
        let mut store = Store::open(folder.path(), access).unwrap();
        assert_eq!(store.load().unwrap(), expected, "{version} {access:?}");
        assert_eq!(store.notes(), Vec::<String>::new());
        let outcomes: Vec<_> = store.history().unwrap().iter().map(|operation| operation.outcome).collect();
        assert_eq!(outcomes, [Some(Outcome::Complete), Some(Outcome::Complete), None]);
    }
}
