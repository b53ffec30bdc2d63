//! Advice about failed sign-ins: real words of services and programs, and what the hint speaks of.

use acier::resources::advice::advice;
use acier::resources::kinds::PROVIDER;

#[test]
fn failed_sign_ins_come_with_advice() {
    let rows = [
        ("AADSTS7000215: Invalid client secret provided. Ensure the secret being sent ...", "value of a client secret"),
        ("AADSTS7000222: The provided client secret keys for app 'x' are expired.", "has expired"),
        ("AADSTS700016: Application with identifier 'x' was not found in the directory 'y'.", "tenant_id"),
        ("AADSTS90002: Tenant 'x' not found. Check to make sure you have the correct tenant ID", "no such tenant"),
        ("AADSTS900023: Specified tenant identifier 'x y' is neither a valid DNS name", "GUID or a domain"),
        ("AADSTS700027: The certificate with identifier used to sign the client assertion is not", "Register this"),
        ("AADSTS700024: Client assertion is not within its valid time range.", "clock"),
        ("AADSTS70021: No matching federated identity record found for presented assertion.", "issuer, subject and"),
        ("AADSTS700212: No matching federated identity record found for presented assertion audience", "audience"),
        ("AADSTS7000112: Application 'x'(y) is disabled.", "disabled"),
        ("AADSTS50076: Due to a configuration change made by your administrator, ...", "second factor"),
        ("AADSTS700082: The refresh token has expired due to inactivity.", "az login"),
        ("The Azure CLI was asked, and it is not installed: there is no az in PATH.", "Install the Azure CLI"),
        ("`az account show` failed: ERROR: Please run 'az login' to setup account.", "Run `az login`"),
        ("ERROR: Subscription 'x' not found. Check the spelling and casing and try again.", "az account list"),
        ("The managed identity service gave no token: Identity not found", "client_id"),
        (
            "The managed identity service at http://169.254.169.254 could not be asked: No connection to \
             169.254.169.254 came about in time.",
            "no managed identity here",
        ),
        ("The managed identity service at http://127.0.0.1:1 could not be asked: refused", "msi_endpoint"),
        ("The pipeline's OIDC token service gave no token: no", "id-token: write"),
        ("oidc_token_file_path names /token, which cannot be read: gone.", "Check the path"),
    ];
    for (message, hint) in rows {
        let found = advice(message);
        assert!(found.is_some_and(|found| found.contains(hint)), "{message}: {found:?}");
    }
    assert_eq!(advice("The moon is full."), None);
}

#[test]
fn every_argument_of_the_provider_block_says_what_it_does() {
    let silent: Vec<&str> = PROVIDER.table.rows.iter().filter(|row| row.about.is_empty()).map(|row| row.name).collect();
    assert!(silent.is_empty(), "{silent:?}");
}
