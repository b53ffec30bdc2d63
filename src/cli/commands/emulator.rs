//! `acier emulator`: serves the Azure API on loopback until interrupted.
//!
//! **Never:** listen on anything but loopback.

use std::path::Path;

use crate::cli::arguments::EmulatorArguments;
use crate::cli::behaviour;
use crate::cli::exit::Exit;
use crate::cli::screen::Screen;
use crate::cli::session::{Outcome, fail};
use crate::diag::{Diagnostic, Sources};
use crate::emulator::http::{Bound, Options, serve};

pub(in crate::cli) async fn run(arguments: &EmulatorArguments, folder: &Path, screen: &Screen) -> Outcome<Exit> {
    let settings = match behaviour::settings(&arguments.behaviour) {
        Ok(settings) => settings,
        Err(reason) => {
            screen.diagnostic(&Diagnostic::error("Emulator setting not understood", reason), &Sources::default());
            return Err(Exit::Usage);
        }
    };
    let kept = folder.join(&arguments.folder);
    let auth_file = arguments.auth_file.clone().map_or_else(|| kept.join("auth.json"), |path| folder.join(path));
    let proofs = kept.clone();
    let options = Options {
        folder: kept,
        http_port: arguments.http_port,
        https_port: arguments.https_port,
        auth_file: Some(auth_file.clone()),
        settings,
    };
    let shown = screen.clone();
    let ready = move |bound: &Bound| {
        shown.line(&format!("http       {}", bound.http));
        shown.line(&format!("https      {}", bound.https));
        shown.line(&format!("CA         {}", bound.ca.display()));
        shown.line(&format!("auth file  {}", auth_file.display()));
        shown.line(&format!(
            "proofs     {}: auth-certificate.json, client.pem, client.pfx, federated-token",
            proofs.display()
        ));
        shown.line(&format!("\nUse it with:  export AZURE_AUTH_LOCATION={}", auth_file.display()));
        shown.line("Stop it with Ctrl-C; its cloud is kept.");
    };
    let stop = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    match serve(options, ready, stop).await {
        Ok(()) => Ok(Exit::Done),
        Err(reason) => fail(screen, &Diagnostic::error("The emulator cannot be served", reason), &Sources::default()),
    }
}
