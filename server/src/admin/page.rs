//! The page itself: plain HTML, everything escaped, nothing from elsewhere.

use super::session::Session;
use crate::definitions::{Kept, ReleaseDifference, words};
use std::fmt::Write as _;

/// Style of the page.
pub(super) const CSS: &str = include_str!("page.css");
/// Reads a chosen folder and sends it.
pub(super) const SCRIPT: &str = include_str!("page.js");

/// What every answer of the page carries.
pub(super) const HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'",
    ),
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
];

pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// A whole page under its title.
pub(super) fn whole(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <link rel=\"stylesheet\" href=\"/admin/page.css\"><script src=\"/admin/page.js\" defer></script></head>\
         <body><main><h1>{title}</h1>{body}</main></body></html>"
    )
}

/// Who is logged in, the way to the other page and the way out.
pub(super) fn head(session: &Session, other: (&str, &str)) -> String {
    format!(
        "<form method=\"post\" action=\"/admin/logout\" class=\"who\"><a href=\"{}\">{}</a> {} \
         <input type=\"hidden\" name=\"token\" value=\"{}\"><button>退出</button></form>",
        other.0,
        other.1,
        escaped(session.officer.as_str()),
        escaped(&session.token)
    )
}

/// The log-in.
pub(super) fn log_in(told: &str) -> String {
    whole(
        "事项定义发布",
        &format!(
            "<p role=\"alert\" class=\"stop\">{}</p><form method=\"post\" action=\"/admin/login\">\
         <p><label>账号 <input name=\"officer\" autocomplete=\"off\" required autofocus></label></p>\
         <p><label>密码 <input name=\"password\" type=\"password\" autocomplete=\"off\" required></label></p>\
         <p><button>登录</button> 只有系统管理员岗位可以登录。</p></form>",
            escaped(told)
        ),
    )
}

/// The releases, with what can be done.
pub(super) fn releases(session: &Session, lines: &[(Kept, ReleaseDifference)], told: &str) -> String {
    let token = escaped(&session.token);
    let mut body = format!(
        "{}<p role=\"status\">{}</p>\
         <section aria-label=\"发布\"><h2>检查和发布</h2>\
         <form id=\"folder\" data-token=\"{token}\">\
         <p><label>定义文件夹（里面有 matters、forms、flows 等） \
         <input type=\"file\" id=\"files\" webkitdirectory multiple required></label></p>\
         <p><label>发布说明 <input id=\"remark\" maxlength=\"200\" size=\"60\"></label></p>\
         <p><button type=\"button\" id=\"check\">检查</button> \
         <button type=\"button\" id=\"publish\">发布</button></p></form>\
         <ul id=\"result\" role=\"log\" aria-label=\"检查结果\"></ul></section>\
         <section aria-label=\"已发布的版本\"><h2>已发布的版本</h2>",
        head(session, ("/admin/devices", "各窗口的设备")),
        escaped(told)
    );
    if lines.is_empty() {
        body.push_str("<p>还没有发布过。请选择定义文件夹，先检查，再发布。</p>");
    }
    for (at, (kept, difference)) in lines.iter().enumerate() {
        let release = &kept.release;
        let mark = if at == 0 { "（现行）" } else { "" };
        let _ = write!(
            body,
            "<article><h3>第 {} 版{mark}</h3><p>{} {} {} 事项 {} 个</p><p>{}</p>",
            release.number,
            escaped(&words::moment(release.at)),
            escaped(&words::origin(release.origin)),
            escaped(&release.author),
            release.matters.len(),
            escaped(&release.remark)
        );
        // The first release is all new; a list of every matter would tell nothing.
        let changes = if release.number == 1 { Vec::new() } else { words::changes(difference) };
        if !changes.is_empty() {
            body.push_str("<details><summary>改了什么</summary><ul>");
            for line in changes {
                let _ = write!(body, "<li>{}</li>", escaped(&line));
            }
            body.push_str("</ul></details>");
        }
        if at > 0 {
            let _ = write!(
                body,
                "<form method=\"post\" action=\"/admin/rollback\">\
                 <input type=\"hidden\" name=\"token\" value=\"{token}\">\
                 <input type=\"hidden\" name=\"number\" value=\"{}\">\
                 <label>原因 <input name=\"remark\" maxlength=\"200\" size=\"40\"></label> \
                 <button>回退到这一版</button></form>",
                release.number
            );
        }
        body.push_str("</article>");
    }
    body.push_str("</section>");
    whole("事项定义发布", &body)
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_of_a_text_becomes_markup() {
        assert_eq!(
            escaped("<a href=\"x\" id='y'>&</a>"),
            "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;&lt;/a&gt;"
        );
    }
}
