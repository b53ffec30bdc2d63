//! Who a container group is and what it may reach: the `identity`, `identity_acl`,
//! `secret_reference` and `image_registry_credential` blocks.
//!
//! **Never:** hold logic.

use crate::resources::checks::values;
use crate::resources::table::{Form, Nested, Row, Shape, Table, Ty};
use crate::schema::{Cost, Equality, Nesting};

use super::{RESTARTS, SET, restarts};

const fn block(name: &'static str, max: usize, table: Table, place: &'static str, shape: Shape) -> Nested {
    Nested {
        name,
        nesting: Nesting::List,
        min: 0,
        max,
        cost: Cost::Restart,
        reason: RESTARTS,
        table,
        place,
        shape,
        key: "",
    }
}

const fn keyed(key: &'static str, mut nested: Nested) -> Nested {
    nested.key = key;
    nested
}

/// The identity of the group.
pub(super) const IDENTITY: Nested =
    block("identity", 1, Table { rows: IDENTITY_ROWS, blocks: &[], retired: &[] }, "identity", Shape::OneOrNone);

/// Which containers may use which identity.
pub(super) const IDENTITY_ACL: Nested = block(
    "identity_acl",
    1,
    Table { rows: &[DEFAULT_ACCESS], blocks: &[ACL], retired: &[] },
    "properties.identityAcls",
    Shape::One,
);

/// Secrets in a key vault.
pub(super) const SECRET_REFERENCE: Nested = keyed(
    "name",
    block(
        "secret_reference",
        0,
        Table { rows: SECRET_REFERENCE_ROWS, blocks: &[], retired: &[] },
        "properties.secretReferences",
        Shape::Each,
    ),
);

/// Who may pull images.
pub(super) const IMAGE_REGISTRY_CREDENTIAL: Nested = keyed(
    "server",
    block(
        "image_registry_credential",
        0,
        Table { rows: CREDENTIAL_ROWS, blocks: &[], retired: &[] },
        "properties.imageRegistryCredentials",
        Shape::Each,
    ),
);

const IDENTITY_ROWS: &[Row] = &[
    restarts(Row::required("type", Ty::Text))
        .at("type", Form::Word(values::IDENTITY_TYPES))
        .check(values::identity_type)
        .about("`SystemAssigned`, `UserAssigned` or `SystemAssigned, UserAssigned`."),
    restarts(Row::optional("identity_ids", SET))
        .at("userAssignedIdentities", Form::Keys)
        .equal(Equality::Caseless)
        .check(values::identity_ids)
        .about("The ids of user-assigned identities."),
    Row::computed("principal_id", Ty::Text)
        .at("principalId", Form::Plain)
        .unsettled_by(Cost::Restart)
        .about("The principal of the system-assigned identity."),
    Row::computed("tenant_id", Ty::Text)
        .at("tenantId", Form::Plain)
        .unsettled_by(Cost::Restart)
        .about("The tenant of the system-assigned identity."),
];

const DEFAULT_ACCESS: Row = restarts(Row::optional("default_access", Ty::Text))
    .at("defaultAccess", Form::Word(values::ACCESSES))
    .check(values::access)
    .about("Who may use identities that no `acl` names: `All`, `System` or `User` containers.");

const ACL: Nested = keyed(
    "identity",
    block(
        "acl",
        0,
        Table {
            rows: &[
                restarts(Row::required("identity", Ty::Text))
                    .at("identity", Form::Plain)
                    .equal(Equality::Caseless)
                    .check(values::not_empty)
                    .about("The id of the identity."),
                restarts(Row::required("access", Ty::Text))
                    .at("access", Form::Word(values::ACCESSES))
                    .check(values::access)
                    .about("Who may use it: `All`, `System` or `User` containers."),
            ],
            blocks: &[],
            retired: &[],
        },
        "acls",
        Shape::Each,
    ),
);

const SECRET_REFERENCE_ROWS: &[Row] = &[
    restarts(Row::required("name", Ty::Text))
        .at("name", Form::Plain)
        .check(values::not_empty)
        .about("The name by which the `*_reference` arguments call the secret."),
    restarts(Row::required("user_assigned_identity_id", Ty::Text))
        .at("identity", Form::Plain)
        .equal(Equality::Caseless)
        .check(values::identity_id)
        .about("The identity that may read the secret."),
    restarts(Row::required("key_vault_secret_id", Ty::Text))
        .at("secretReferenceUri", Form::Plain)
        .check(values::secret_id)
        .about("The secret in its key vault: `https://<vault>/secrets/<name>`, with or without a version."),
];

const CREDENTIAL_ROWS: &[Row] = &[
    restarts(Row::required("server", Ty::Text))
        .at("server", Form::Plain)
        .check(values::not_empty)
        .about("The registry, without a scheme: `myregistry.azurecr.io`."),
    restarts(Row::optional("username", Ty::Text))
        .at("username", Form::Plain)
        .check(values::not_empty)
        .about("The user."),
    restarts(Row::optional("password", Ty::Text))
        .at("password", Form::Plain)
        .write_only()
        .check(values::not_empty)
        .about("The password."),
    restarts(Row::optional("password_reference", Ty::Text))
        .at("passwordReference", Form::Plain)
        .check(values::not_empty)
        .about("The `secret_reference` that holds the password, instead of `password`."),
    restarts(Row::optional("user_assigned_identity_id", Ty::Text))
        .at("identity", Form::Plain)
        .equal(Equality::Caseless)
        .check(values::identity_id)
        .about("The identity that may pull, instead of a user and a password."),
    restarts(Row::optional("identity_url", Ty::Text))
        .at("identityUrl", Form::Plain)
        .check(values::not_empty)
        .about("The URL of the identity that may pull."),
];
