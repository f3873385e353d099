//! What is shown when the profile does not open: a sentence instead of no window.

use anyhow::Context as _;
use tauri::http::{Response, header};
use tauri::{Url, WebviewUrl, WebviewWindowBuilder};

use crate::files::SCHEME;
use terminal::rpc::{RpcError, shipped_error};

/// Label without any capability.
const LABEL: &str = "failure";

/// Shows why the profile does not open, until the window is closed.
///
/// # Errors
/// Always: the program ends with an error code.
pub(crate) fn show(profile: &str, code: &str) -> anyhow::Result<()> {
    let page = page(code);
    let title = format!("{profile} · 窗口终端");
    let address = Url::parse(&format!("{SCHEME}://localhost/")).context("the page's address")?;
    tauri::Builder::default()
        .register_uri_scheme_protocol(SCHEME, move |_, _| {
            let mut response = Response::new(page.clone().into_bytes());
            response
                .headers_mut()
                .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/html"));
            response
        })
        .setup(move |app| {
            WebviewWindowBuilder::new(app, LABEL, WebviewUrl::CustomProtocol(address))
                .title(title)
                .inner_size(720.0, 360.0)
                .incognito(true)
                .build()?;
            Ok(())
        })
        .run(crate::context())
        .context("showing why the terminal does not open")?;
    anyhow::bail!("the terminal does not open: {code}")
}

fn page(code: &str) -> String {
    let RpcError { sentence, cure, .. } = shipped_error(code);
    format!(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <style>body{{font:18px/1.7 'Noto Sans CJK SC',sans-serif;margin:48px}}small{{color:#666}}</style>\
         <h1>窗口没有打开</h1><p>{sentence}</p><p>{cure}</p><small>{code}</small></html>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_tells_the_code_and_a_cure() {
        for code in ["DISK_FULL", "PROFILE_FILE", "GM_WRONG_KEY"] {
            let (page, known) = (page(code), shipped_error(code));
            assert!(page.contains(code) && page.contains(&known.sentence) && page.contains(&known.cure));
            assert!(!known.sentence.contains("没有说明"), "{code}");
        }
        assert!(page("NEVER_GIVEN").contains("系统管理员"));
    }
}
