//! Embeds the built user interface and declares the two entry commands, so that a window without the
//! permission for one cannot call it.

fn main() {
    let commands = tauri_build::AppManifest::new().commands(&["officer_rpc", "applicant_rpc"]);
    let attributes = tauri_build::Attributes::new().app_manifest(commands);
    if let Err(error) = tauri_build::try_build(attributes) {
        eprintln!("{error:#}");
        std::process::exit(1);
    }
}
