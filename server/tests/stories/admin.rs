//! The admin page: only for administrators, only on this machine, only from its own forms.

use crate::on_both;
use crate::support::{Kind, Site};
use reqwest::header::{COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use std::path::Path;

on_both!(an_administrator_checks_publishes_and_rolls_back);

fn client() -> Client {
    Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

fn form(request: RequestBuilder, body: String) -> RequestBuilder {
    request.header("content-type", "application/x-www-form-urlencoded").body(body)
}

async fn log_in(site: &Site, officer: &str, password: &str) -> Response {
    let request = client().post(format!("{}/admin/login", site.url()));
    form(request, format!("officer={officer}&password={password}")).send().await.unwrap()
}

/// A browser that is logged in: its cookie and the token of its page.
pub struct Browser {
    url: String,
    cookie: String,
    token: String,
}

impl Browser {
    pub async fn open(site: &Site) -> Self {
        let answer = log_in(site, "A0001", "jiangcheng-A0001").await;
        assert_eq!(
            (answer.status(), &answer.headers()[LOCATION]),
            (StatusCode::SEE_OTHER, &"/admin".parse().unwrap())
        );
        let cookie = answer.headers()[SET_COOKIE].to_str().unwrap().to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let mut browser = Self { url: site.url(), cookie, token: String::new() };
        let page = browser.page().await;
        let at = page.find("data-token=\"").unwrap() + "data-token=\"".len();
        browser.token = page[at..at + 64].to_owned();
        browser
    }

    fn ask(&self, request: RequestBuilder) -> RequestBuilder {
        request.header(COOKIE, &self.cookie)
    }

    /// The page of all devices.
    pub async fn devices(&self) -> String {
        let answer = self.ask(client().get(format!("{}/admin/devices", self.url))).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.text().await.unwrap()
    }

    async fn page(&self) -> String {
        let answer = self.ask(client().get(format!("{}/admin", self.url))).send().await.unwrap();
        assert!(answer.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
        answer.text().await.unwrap()
    }

    fn send(&self, what: &str, remark: &str, files: &Value) -> RequestBuilder {
        let body = json!({ "remark": remark, "files": files }).to_string();
        self.ask(client().post(format!("{}/admin/{what}", self.url)))
            .header("x-token", &self.token)
            .body(body)
    }

    /// Sends a folder; gives whether it was good, and what was said.
    async fn folder(&self, what: &str, remark: &str, files: &Value) -> (bool, String) {
        let told: Value = serde_json::from_slice(
            &self.send(what, remark, files).send().await.unwrap().bytes().await.unwrap(),
        )
        .unwrap();
        let lines: Vec<&str> =
            told["lines"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
        (told["good"].as_bool().unwrap(), lines.join("\n"))
    }
}

/// The files of a folder as the browser names them, with the chosen folder before them.
fn files(assets: &Path, change: impl Fn(&str, String) -> String) -> Value {
    let mut files = Vec::new();
    for folder in domain::catalogue::FOLDERS {
        for entry in std::fs::read_dir(assets.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
            let text = std::fs::read_to_string(path).unwrap();
            files.push(json!([format!("chosen/{name}"), change(&name, text)]));
        }
    }
    json!(files)
}

fn raised(name: &str, text: String) -> String {
    if name == "matters/D001.toml" {
        text.replace("version = 1", "version = 2")
            .replace("name = \"演示事项\"", "name = \"演示<b>事项</b>\"")
    } else {
        text
    }
}

async fn an_administrator_checks_publishes_and_rolls_back(kind: Kind) {
    let site = Site::start(kind).await;
    let assets = site.settings.assets.clone().unwrap();
    assert_eq!(log_in(&site, "A0001", "wrong").await.status(), StatusCode::FORBIDDEN);
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let clerk = log_in(&site, "F0001", "jiangcheng-F0001").await;
    assert_eq!(clerk.status(), StatusCode::FORBIDDEN);
    assert!(clerk.text().await.unwrap().contains("没有系统管理员岗位"));
    let browser = Browser::open(&site).await;
    assert!(browser.page().await.contains("第 1 版（现行）"));

    // Checked: what is wrong, with its place; what would change; and nothing is published by it.
    let broken = files(&assets, |name, text| match name {
        "matters/D001.toml" => text.replace("flow = \"test\"", "flow = \"nowhere\""),
        _ => text,
    });
    let (good, said) = browser.folder("check", "", &broken).await;
    assert!(!good && said.starts_with("matters/D001.toml flow：没有叫“nowhere”的流程"), "{said}");
    let changed = files(&assets, raised);
    let (good, said) = browser.folder("check", "", &changed).await;
    assert!(good && said.contains("检查通过") && said.contains("修改事项 D001"), "{said}");
    assert!(!browser.page().await.contains("第 2 版"));

    // Published: at the terminals at once, and written as text, not as markup.
    let (good, said) = browser.folder("publish", "", &changed).await;
    assert!(!good && said.contains("请写明这次发布的说明"), "{said}");
    let (good, said) = browser.folder("publish", "<script>改名</script>", &changed).await;
    assert!(good && said.starts_with("已发布，现行第 2 版。"), "{said}");
    let counter = site.window("counter1").await;
    let definition = &counter.definitions[&counter.edition.definitions[&"D001".into()]];
    assert_eq!(definition.version, 2);
    let page = browser.page().await;
    assert!(page.contains("&lt;script&gt;改名&lt;/script&gt;") && page.contains("演示&lt;b&gt;"), "{page}");
    assert!(!page.contains("<script>改名") && !page.contains("演示<b>"));

    let back = format!("token={}&number=1&remark=", browser.token);
    let request = browser.ask(client().post(format!("{}/admin/rollback", site.url())));
    let page = form(request, back).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("已回退，现行第 3 版。") && page.contains("回退到第 1 版"), "{page}");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_gets_in() {
    let site = Site::start(Kind::Sqlite).await;
    let assets = site.settings.assets.clone().unwrap();
    let changed = files(&assets, raised);
    let browser = Browser::open(&site).await;
    let status = async |request: RequestBuilder| request.send().await.unwrap().status();

    let nobody = client().post(format!("{}/admin/publish", site.url())).body("{}");
    assert_eq!(status(nobody).await, StatusCode::FORBIDDEN, "without a session");
    let other = Browser { token: "0".repeat(64), cookie: browser.cookie.clone(), url: browser.url.clone() };
    assert_eq!(
        status(other.send("publish", "试", &changed)).await,
        StatusCode::FORBIDDEN,
        "without the token"
    );
    let foreign = browser.send("publish", "试", &changed).header(ORIGIN, "http://elsewhere.example");
    assert_eq!(status(foreign).await, StatusCode::NOT_FOUND, "from a page of another site");
    let renamed = browser.send("publish", "试", &changed).header(HOST, "elsewhere.example");
    assert_eq!(status(renamed).await, StatusCode::NOT_FOUND, "under another name");
    let many: Vec<Value> = (0..5000).map(|at| json!([format!("a/matters/{at}.toml"), ""])).collect();
    assert_eq!(
        status(browser.send("check", "", &json!(many))).await,
        StatusCode::BAD_REQUEST,
        "too many files"
    );
    let twice = json!([["a/matters/x.toml", ""], ["b/matters/x.toml", ""]]);
    assert_eq!(
        status(browser.send("check", "", &twice)).await,
        StatusCode::BAD_REQUEST,
        "two folders at once"
    );
    let outside =
        json!([["../../../etc/passwd", "x"], ["a/other/x.toml", "id = 3"], ["a/matters/.x.toml", "id = 3"]]);
    let (good, said) = browser.folder("check", "", &outside).await;
    assert!(!good && said.contains("没有事项"), "what is no definition is left alone: {said}");

    let leave = browser.ask(client().post(format!("{}/admin/logout", site.url())));
    assert_eq!(status(form(leave, format!("token={}", browser.token))).await, StatusCode::SEE_OTHER);
    assert_eq!(
        status(browser.send("publish", "试", &changed)).await,
        StatusCode::FORBIDDEN,
        "after logging out"
    );
    assert_eq!(server::definitions::list(&site.settings).await.unwrap().lines().count(), 1);
    site.finish().await;
}
