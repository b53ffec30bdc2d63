//! The `volume` block of containers and init containers.
//!
//! **Never:** hold logic. The rows lie in a mount and the group's volume of the same name laid
//! over each other; `codec::volumes` takes the two apart and puts them together.

use crate::resources::checks::values;
use crate::resources::table::{Fallback, Form, Nested, Row, Shape, Table, Ty};
use crate::schema::{Cost, Equality, Nesting};

use super::{RESTARTS, TEXTS, restarts};

/// A volume and where it is mounted.
pub(super) const fn volume() -> Nested {
    Nested {
        name: "volume",
        nesting: Nesting::List,
        min: 0,
        max: 0,
        cost: Cost::Restart,
        reason: RESTARTS,
        table: Table { rows: ROWS, blocks: &[GIT_REPO], retired: &[] },
        place: "properties.volumeMounts",
        shape: Shape::Mounts,
        key: "name",
    }
}

const ROWS: &[Row] = &[
    restarts(Row::required("name", Ty::Text))
        .at("name", Form::Plain)
        .check(values::volume_name)
        .about("The name; containers that name the same volume share it."),
    restarts(Row::required("mount_path", Ty::Text))
        .at("mountPath", Form::Plain)
        .check(values::mount_path)
        .about("Where the container sees it."),
    restarts(Row::optional("read_only", Ty::Bool))
        .at("readOnly", Form::Plain)
        .fallback(Fallback::Bool(false))
        .about("Whether the container may only read."),
    restarts(Row::optional("empty_dir", Ty::Bool))
        .at("emptyDir", Form::Presence)
        .fallback(Fallback::Bool(false))
        .about("An empty folder that lives as long as the group."),
    restarts(Row::optional("share_name", Ty::Text))
        .at("azureFile.shareName", Form::Plain)
        .check(values::not_empty)
        .about("An Azure Files share."),
    restarts(Row::optional("storage_account_name", Ty::Text))
        .at("azureFile.storageAccountName", Form::Plain)
        .check(values::not_empty)
        .about("The storage account of the share."),
    restarts(Row::optional("storage_account_key", Ty::Text))
        .at("azureFile.storageAccountKey", Form::Plain)
        .write_only()
        .check(values::not_empty)
        .about("A key of the storage account."),
    restarts(Row::optional("storage_account_key_reference", Ty::Text))
        .at("azureFile.storageAccountKeyReference", Form::Plain)
        .check(values::not_empty)
        .about("The `secret_reference` that holds a key of the storage account, instead of the key."),
    restarts(Row::optional("user_assigned_identity_client_id", Ty::Text))
        .at("azureFile.userAssignedIdentityClientId", Form::Plain)
        .equal(Equality::Caseless)
        .since("2026-07-01")
        .check(values::uuid)
        .about("The client id of the user-assigned identity that may use the share, instead of a key."),
    restarts(Row::optional("secret", TEXTS))
        .at("secret", Form::Plain)
        .write_only()
        .check(values::base64_map)
        .about("Files by name, their content in base64."),
    restarts(Row::optional("secret_reference", TEXTS))
        .at("secretReference", Form::Plain)
        .check(values::each_value_not_empty)
        .about("Files by name, each the name of a `secret_reference` that holds its content."),
];

const GIT_REPO: Nested = Nested {
    name: "git_repo",
    nesting: Nesting::List,
    min: 0,
    max: 1,
    cost: Cost::Restart,
    reason: RESTARTS,
    table: Table {
        rows: &[
            restarts(Row::required("url", Ty::Text)).at("repository", Form::Plain).about("The repository."),
            restarts(Row::optional("directory", Ty::Text))
                .at("directory", Form::Plain)
                .about("The folder to clone into."),
            restarts(Row::optional("revision", Ty::Text)).at("revision", Form::Plain).about("The commit."),
        ],
        blocks: &[],
        retired: &[],
    },
    place: "gitRepo",
    shape: Shape::One,
    key: "",
};
