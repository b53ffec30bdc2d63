//! The `provider "azurerm"` block.
//!
//! **Never:** hold logic or read the environment; `cli` does. Settings are those of the azurerm
//! provider 4.x, so that an existing block passes; the members of `features` that concern kinds
//! acier does not have are accepted and have nothing to act on.

use crate::resources::table::{Kind, Nested, Row, Shape, Table, Ty};
use crate::schema::{Cost, Nesting, Timeouts};

/// The provider's settings.
pub const PROVIDER: Kind = Kind {
    name: "azurerm",
    arm_type: "",
    api_version: "",
    id: "",
    timeouts: Timeouts { create: 0, read: 0, update: 0, delete: 0 },
    table: Table { rows: ROWS, blocks: &[member("features", 1, FEATURES), OLD_VALIDATION], retired: RETIRED },
    checks: &[],
    weigh: None,
    clash: None,
    about: "Azure Resource Manager.",
};

const fn text(name: &'static str, about: &'static str) -> Row {
    Row::optional(name, Ty::Text).about(about)
}

const fn secret(name: &'static str, about: &'static str) -> Row {
    text(name, about).sensitive()
}

const fn switch(name: &'static str) -> Row {
    Row::optional(name, Ty::Bool)
}

const ROWS: &[Row] = &[
    text("subscription_id", "The subscription; with the Azure CLI its default if unset."),
    text("tenant_id", "The tenant to sign in to."),
    Row::optional("auxiliary_tenant_ids", Ty::List(&Ty::Text))
        .about("Up to three more tenants to whose resources calls may refer; each call proves who it is there too."),
    text("client_id", "The application to sign in as; with use_msi the user-assigned identity."),
    text("client_id_file_path", "A file that holds client_id."),
    secret("client_secret", "The application's secret."),
    text("client_secret_file_path", "A file that holds client_secret."),
    secret("client_certificate", "The application's certificate and key, PKCS#12 or PEM in base64."),
    text("client_certificate_path", "A file that holds the certificate and its key, PKCS#12 or PEM."),
    secret("client_certificate_password", "The certificate's password."),
    switch("use_oidc").about("Whether to sign in with a token of another issuer."),
    secret("oidc_token", "The token."),
    text("oidc_token_file_path", "A file that holds the token; it is read again for each exchange."),
    text("oidc_request_url", "Where a GitHub workflow or an Azure DevOps pipeline asks for a token."),
    secret("oidc_request_token", "What to ask for a token with."),
    text("ado_pipeline_service_connection_id", "The service connection of an Azure DevOps pipeline."),
    switch("use_msi").about("Whether to sign in with a managed identity."),
    text(
        "msi_endpoint",
        "Where the managed identity is asked for, if not at the metadata service of the machine or app.",
    ),
    text("msi_api_version", "The version of that interface; 2018-02-01 if unset, 2019-08-01 in apps."),
    switch("use_cli").about("Whether to ask the Azure CLI for a token when nothing else is given; true if unset."),
    switch("use_aks_workload_identity")
        .about("Whether to sign in as the AZURE_* variables say that AKS gives to pods."),
    text(
        "environment",
        "Which Azure: public, usgovernment, china; or emulator, which is in this process, knows one service principal and signs in as it.",
    ),
    text(
        "metadata_host",
        "The host, with a port if needed, that says where its cloud is; environment does not count then.",
    ),
    text(
        "resource_provider_registrations",
        "Whether to register Microsoft.ContainerInstance before something is created: extended, legacy and all do; none and core, which does not hold it, do not; none if unset.",
    ),
    Row::optional("resource_providers_to_register", Ty::List(&Ty::Text))
        .about("More resource providers to register before something is created."),
    switch("skip_provider_registration")
        .about("Whether nothing is registered.")
        .deprecated("Use resource_provider_registrations = \"none\" instead."),
    switch("storage_use_azuread").about("Nothing to act on: acier asks no storage account itself."),
    text("partner_id", "A partner's GUID, which calls carry for Azure's accounting."),
    switch("disable_correlation_request_id").about("Whether calls carry no correlation id."),
    switch("disable_terraform_partner_id").about("Nothing to act on: acier has no partner id of its own."),
];

const fn member(name: &'static str, min: usize, table: Table) -> Nested {
    Nested {
        name,
        nesting: Nesting::List,
        min,
        max: 1,
        cost: Cost::Nothing,
        reason: "",
        table,
        place: "",
        shape: Shape::Absent,
        key: "",
    }
}

const fn switches(name: &'static str, rows: &'static [Row]) -> Nested {
    member(name, 0, Table { rows, blocks: &[], retired: &[] })
}

const OLD_VALIDATION: Nested = ENHANCED_VALIDATION;

const ENHANCED_VALIDATION: Nested = switches(
    "enhanced_validation",
    &[
        switch("locations"),
        switch("resource_providers"),
        switch("preflight_enabled"),
        text("preflight_location_fallback", ""),
    ],
);

const FEATURES: Table = Table {
    rows: &[
        switch("persist_id_on_create_before_polling_for_completion")
            .about("Nothing to act on: acier writes down what it begins, always."),
        switch("skip_import_check_on_create_and_allow_overwriting_existing_resources"),
    ],
    blocks: &[
        switches(
            "resource_group",
            &[switch("prevent_deletion_if_contains_resources")
                .about("Whether deleting a group that still holds something is refused; true if unset.")],
        ),
        ENHANCED_VALIDATION,
        switches("api_management", &[switch("purge_soft_delete_on_destroy"), switch("recover_soft_deleted")]),
        switches("app_configuration", &[switch("purge_soft_delete_on_destroy"), switch("recover_soft_deleted")]),
        switches("application_insights", &[switch("disable_generated_rule")]),
        switches("cognitive_account", &[switch("purge_soft_delete_on_destroy")]),
        switches("databricks_workspace", &[switch("force_delete")]),
        switches(
            "key_vault",
            &[
                switch("purge_soft_delete_on_destroy"),
                switch("purge_soft_deleted_certificates_on_destroy"),
                switch("purge_soft_deleted_hardware_security_module_keys_on_destroy"),
                switch("purge_soft_deleted_hardware_security_modules_on_destroy"),
                switch("purge_soft_deleted_keys_on_destroy"),
                switch("purge_soft_deleted_secrets_on_destroy"),
                switch("recover_soft_deleted_certificates"),
                switch("recover_soft_deleted_hardware_security_module_keys"),
                switch("recover_soft_deleted_key_vaults"),
                switch("recover_soft_deleted_keys"),
                switch("recover_soft_deleted_secrets"),
            ],
        ),
        switches("log_analytics_workspace", &[switch("permanently_delete_on_destroy")]),
        switches("machine_learning", &[switch("purge_soft_deleted_workspace_on_destroy")]),
        switches("managed_disk", &[switch("expand_without_downtime")]),
        switches("netapp", &[switch("delete_backups_on_backup_vault_destroy"), switch("prevent_volume_destruction")]),
        // Up to azurerm 2.x.
        switches("network", &[switch("relaxed_locking")]),
        switches("postgresql_flexible_server", &[switch("restart_server_on_configuration_value_change")]),
        switches(
            "recovery_service",
            &[
                switch("purge_protected_items_from_vault_on_destroy"),
                switch("vm_backup_stop_protection_and_retain_data_on_destroy"),
                switch("vm_backup_suspend_protection_and_retain_data_on_destroy"),
            ],
        ),
        switches("recovery_services_vaults", &[switch("recover_soft_deleted_backup_protected_vm")]),
        switches("servicebus", &[switch("auto_delete_subscription_default_rule")]),
        switches("storage", &[switch("data_plane_available")]),
        switches("subscription", &[switch("prevent_cancellation_on_destroy")]),
        switches("template_deployment", &[switch("delete_nested_items_during_deletion")]),
        switches(
            "virtual_machine",
            &[
                switch("delete_os_disk_on_deletion"),
                switch("detach_implicit_data_disk_on_deletion"),
                switch("graceful_shutdown"),
                switch("skip_shutdown_and_force_delete"),
            ],
        ),
        switches(
            "virtual_machine_scale_set",
            &[
                switch("force_delete"),
                switch("reimage_on_manual_upgrade"),
                switch("roll_instances_when_required"),
                switch("scale_to_zero_before_deletion"),
            ],
        ),
    ],
    retired: &[],
};

/// Settings of azurerm 1.x to 3.x.
const RETIRED: &[(&str, &str)] = &[
    ("use_msal", "Remove it: what it asked for is how signing in works now."),
    ("skip_credentials_validation", "Remove it: credentials are first used when the plan reads something."),
    ("metadata_url", "Write metadata_host, with the name of the host alone."),
];
