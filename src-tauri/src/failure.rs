//! What is shown when the profile does not open: a sentence instead of no window.

use anyhow::Context as _;
use tauri::http::{Response, header};
use tauri::{Url, WebviewUrl, WebviewWindowBuilder};

use crate::files::SCHEME;

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
    let (sentence, cure) = words(code);
    format!(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <style>body{{font:18px/1.7 'Noto Sans CJK SC',sans-serif;margin:48px}}small{{color:#666}}</style>\
         <h1>窗口没有打开</h1><p>{sentence}</p><p>{cure}</p><small>{code}</small></html>"
    )
}

/// Before the catalogue of messages is open only these are at hand.
fn words(code: &str) -> (&'static str, &'static str) {
    match code {
        "DISK_FULL" => ("磁盘已满，数据没有改动。", "请系统管理员清理磁盘后重新启动。"),
        "PROFILE_FILE" => (
            "窗口的数据文件或程序文件读不了，数据没有改动。",
            "请系统管理员检查数据文件夹的权限和磁盘，再重新启动。",
        ),
        _ => ("窗口的数据打不开，数据没有改动。", "请把下面的代码告诉系统管理员。"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_tells_the_code_and_a_cure() {
        for code in ["DISK_FULL", "PROFILE_FILE", "GM_WRONG_KEY"] {
            let page = page(code);
            assert!(page.contains(code) && page.contains("系统管理员"));
        }
    }
}
