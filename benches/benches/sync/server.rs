//! A server of one collection, as plain as can be, and a plain download from it.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

const PAGE: usize = 200;
/// Of so many users one has changed.
const CHANGED: usize = 1000;

pub(super) struct Server {
    users: usize,
    requests: AtomicUsize,
    is_changed: AtomicBool,
}

impl Server {
    pub(super) fn new(users: usize) -> Self {
        Self {
            users,
            requests: AtomicUsize::new(0),
            is_changed: AtomicBool::new(false),
        }
    }

    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// Whether the next delta has something to tell.
    pub(super) fn changed(&self, is_changed: bool) {
        self.is_changed.store(is_changed, Ordering::Relaxed);
    }

    pub(super) async fn listen(self: Arc<Self>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let told = origin.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (server, origin) = (Arc::clone(&self), told.clone());
                tokio::spawn(async move { server.answer(stream, &origin).await });
            }
        });
        origin
    }

    async fn answer(&self, stream: TcpStream, origin: &str) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut stream = BufReader::new(stream);
        loop {
            let (mut request, mut line) = (String::new(), String::new());
            stream.read_line(&mut request).await?;
            while stream.read_line(&mut line).await? > 2 {
                line.clear();
            }
            let Some(target) = request.split(' ').nth(1) else {
                return Ok(());
            };
            self.requests.fetch_add(1, Ordering::Relaxed);
            let body = self.body(target, origin);
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(body.as_bytes()).await?;
            stream.flush().await?;
        }
    }

    fn body(&self, target: &str, origin: &str) -> String {
        if target.starts_with("/v1.0/organization") {
            return r#"{"value":[{"id":"0rg","displayName":"Contoso","verifiedDomains":[{"name":"contoso.example"}]}]}"#.to_owned();
        }
        if target.contains("/$count") {
            return self.users.to_string();
        }
        let delta = format!("{origin}/v1.0/users/delta?$deltatoken=1");
        if target.contains("deltatoken") && !self.is_changed.load(Ordering::Relaxed) {
            return format!(r#"{{"value":[],"@odata.deltaLink":"{delta}"}}"#);
        }
        let number = |name: &str| -> Option<usize> {
            let rest = target.split(name).nth(1)?;
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            rest.get(..end)?.parse().ok()
        };
        let of_changes = target.contains("deltatoken") || target.contains("changed");
        let (step, word) = if of_changes {
            (CHANGED, "changed")
        } else {
            (1, "skiptoken")
        };
        let from = number("=")
            .filter(|_| !target.contains("deltatoken"))
            .unwrap_or(0);
        let of = self.users.div_ceil(step);
        let to = of.min(from + PAGE);
        let mut body = String::with_capacity(PAGE * 1500);
        body.push_str(r#"{"value":["#);
        for n in from..to {
            if n > from {
                body.push(',');
            }
            user(
                &mut body,
                n * step,
                if of_changes { "Head of" } else { "Manager," },
            );
        }
        let link = if to < of {
            format!(r#"],"@odata.nextLink":"{origin}/v1.0/users/delta?{word}={to}"}}"#)
        } else {
            format!(r#"],"@odata.deltaLink":"{delta}"}}"#)
        };
        body.push_str(&link);
        body
    }
}

fn user(body: &mut String, n: usize, title: &str) {
    // Ids that come in no order: a fixed shuffle of the numbers.
    let id = (n as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let (a, b) = (id >> 32, id & 0xFFFF);
    write!(
        body,
        r#"{{"id":"{a:08x}-{b:04x}-4810-8459-485f{n:08}","displayName":"Adele Vance {n}","userPrincipalName":"adele.vance.{n}@contoso.onmicrosoft.com","mail":"adele.vance.{n}@contoso.com","accountEnabled":true,"userType":"Member","createdDateTime":"2021-05-04T12:34:56Z","department":"Retail operations","jobTitle":"{title} retail","usageLocation":"US","onPremisesSyncEnabled":null,"proxyAddresses":["SMTP:adele.vance.{n}@contoso.com","smtp:adele.vance.{n}@contoso.onmicrosoft.com","smtp:avance.{n}@contoso.com"],"employeeId":"{n}","companyName":"Contoso","officeLocation":"18/2111","assignedLicenses":[{{"skuId":"6fd2c87f-b296-42f0-b197-1e91e994b900","disabledPlans":[{PLANS}]}}]}}"#
    )
    .unwrap();
}

const PLANS: &str = concat!(
    r#""6fd2c87f-b296-42f0-b197-1e91e994b910","6fd2c87f-b296-42f0-b197-1e91e994b911","#,
    r#""6fd2c87f-b296-42f0-b197-1e91e994b912","6fd2c87f-b296-42f0-b197-1e91e994b913","#,
    r#""6fd2c87f-b296-42f0-b197-1e91e994b914","6fd2c87f-b296-42f0-b197-1e91e994b915","#,
    r#""6fd2c87f-b296-42f0-b197-1e91e994b916","6fd2c87f-b296-42f0-b197-1e91e994b917","#,
    r#""6fd2c87f-b296-42f0-b197-1e91e994b918","6fd2c87f-b296-42f0-b197-1e91e994b919","#,
    r#""6fd2c87f-b296-42f0-b197-1e91e994b920","6fd2c87f-b296-42f0-b197-1e91e994b921","#,
    r#""6fd2c87f-b296-42f0-b197-1e91e994b922","6fd2c87f-b296-42f0-b197-1e91e994b923""#,
);

/// What one would write to have the bytes and nothing else; the number of users in them.
pub(super) async fn download(origin: &str) -> u64 {
    let http = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only(std::iter::empty())
        .build()
        .unwrap();
    let mut next = Some(format!("{origin}/v1.0/users/delta"));
    let mut users = 0;
    while let Some(url) = next {
        let body = http.get(url).send().await.unwrap().bytes().await.unwrap();
        let tail = String::from_utf8_lossy(&body[body.len().saturating_sub(200)..]).into_owned();
        users += body
            .windows(6)
            .filter(|bytes| *bytes == b"{\"id\":")
            .count() as u64;
        next = tail
            .split("@odata.nextLink\":\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .map(str::to_owned);
    }
    users
}
