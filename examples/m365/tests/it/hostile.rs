//! What a tenant is called, and what it calls its people, steers no terminal and forges no line.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::Stdio;

use crate::common::{Said, Tenant, bare, run};
use serde_json::json;
use tenant_sim::{Area, SimHandle};

/// A name with everything that no person sees, and with a line of its own.
const NAME: &str =
    "\u{1b}[2J\u{9b}31mMallory\u{202e}gnp.exe\u{2066}\u{200b}\u{feff}\u{2028}\nm365: all is well";

fn no_harm(said: &Said, what: &str) {
    for (stream, text) in [("out", &said.out), ("err", &said.err)] {
        let harm = |c: &char| {
            let code = u32::from(*c);
            (c.is_control() && *c != '\n')
                || [0x61c, 0x2028, 0x2029, 0xfeff].contains(&code)
                || (0x200b..=0x200f).contains(&code)
                || (0x202a..=0x202e).contains(&code)
                || (0x2060..=0x2069).contains(&code)
        };
        let found: Vec<char> = text.replace("\r\n", "\n").chars().filter(harm).collect();
        assert!(found.is_empty(), "{what}, {stream}: {found:?} in {text:?}");
        let forged = text
            .lines()
            .find(|line| line.starts_with("m365: all is well"));
        assert!(forged.is_none(), "{what}, {stream}: {text:?}");
    }
}

fn hostile() -> Tenant {
    let tenant = Tenant::new();
    tenant.sim.edit(|edit| {
        for id in edit.user_ids() {
            edit.update_user(&id, json!({"displayName": NAME, "department": NAME, "jobTitle": NAME}));
        }
        for id in edit.group_ids() {
            edit.update_group(&id, json!({"displayName": NAME}));
        }
        let everybody = json!({"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}});
        edit.set_policy(json!({"displayName": NAME, "state": "enabled", "conditions": everybody,
            "grantControls": {"operator": "OR", "builtInControls": ["mfa"]}}));
    });
    tenant.sim.deny(Area::Devices);
    tenant
}

#[test]
fn no_output_for_people_holds_what_a_hostile_tenant_calls_its_people_and_groups() {
    let tenant = hostile();
    let synced = tenant.on_store(&["sync"]);
    assert_eq!(synced.exit, 6, "{synced:?}");
    no_harm(&synced, "sync");
    let group = tenant.sim.edit(|edit| edit.group_ids().remove(0));
    let user = tenant.sim.edit(|edit| edit.user_ids().remove(0));
    let asked: &[&[&str]] = &[
        &["check"],
        &["status", "--log", "5"],
        &["reach", "--user", &user],
        &["reach", "--group", &group],
        &["reach", "--group", NAME],
        &["reach", "--role", "Global Administrator"],
        &["assess"],
        &["assess", "--format", "md"],
        &["assess", "--format", "html"],
        &["assess", "--format", "csv"],
        &["assess", "--format", "junit"],
        &["assess", "--control", NAME],
        &["export", "--kind", NAME],
    ];
    let mut seen = 0;
    for arguments in asked {
        let said = if arguments[0] == "check" {
            run(&mut tenant.m365(arguments))
        } else {
            tenant.on_store(arguments)
        };
        no_harm(&said, &arguments.join(" "));
        seen += usize::from(said.out.contains("Mallory"));
    }
    assert!(seen >= 6, "the names were shown: {seen}");
    let json = tenant.on_store(&["assess", "--format", "json"]);
    assert!(
        json.out.contains(r"\u001b[2J"),
        "programs get every name as it is"
    );
}

#[test]
fn no_file_that_is_wrong_is_quoted_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("facts.json"), "{}").unwrap();
    let id = NAME.split_whitespace().collect::<String>().replace(':', "");
    let framework = json!({"id": id, "name": NAME, "version": NAME, "ids": "A", "controls": [
        {"id": "A", "title": NAME, "decidability": "evidence-only", "evidence": "", "clauses": [{"open": NAME}]}]});
    std::fs::write(path("own.json"), framework.to_string()).unwrap();
    let broken = json!({"id": id, "name": "n", "version": "1", "ids": "A", "controls": [
        {"id": NAME, "title": "t", "decidability": NAME, "evidence": ""}]});
    std::fs::write(path("broken.json"), broken.to_string()).unwrap();
    let assess = |catalogue: &Path, arguments: &[&str]| {
        run(bare()
            .args(["assess", "--facts"])
            .arg(path("facts.json"))
            .arg("--catalogue")
            .arg(catalogue)
            .args(arguments))
    };
    for format in ["text", "md", "html", "csv", "junit"] {
        let said = assess(&path("own.json"), &["--format", format]);
        assert_eq!(said.exit, 0, "{said:?}");
        assert!(said.out.contains("Mallory"), "{format}");
        no_harm(&said, format);
    }
    let said = assess(&path("broken.json"), &[]);
    assert_eq!(said.exit, 2, "{said:?}");
    no_harm(&said, "a broken framework");
}

/// Passes everything on, but for the name of the tenant, which becomes one of the same length.
fn renaming(sim: &SimHandle) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let to = sim.graph_url().trim_start_matches("http://").to_owned();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (client, server) = (client.unwrap(), TcpStream::connect(&to).unwrap());
            let (reads, writes) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            std::thread::spawn(move || pass_on(reads, writes, |bytes| bytes));
            std::thread::spawn(move || {
                pass_on(server, client, |bytes| {
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    text.replace(r#""displayName":"Contoso""#, r#""displayName":"\u001b[""#)
                        .into_bytes()
                });
            });
        }
    });
    origin
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, change: impl Fn(Vec<u8>) -> Vec<u8>) {
    let mut piece = vec![0; 1 << 16];
    while let Ok(read @ 1..) = from.read(&mut piece) {
        if to.write_all(&change(piece[..read].to_vec())).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

#[test]
fn the_name_of_a_hostile_tenant_is_shown_and_steers_nothing() {
    let tenant = Tenant::new();
    let graph = renaming(&tenant.sim);
    let m365 = |arguments: &[&str]| run(tenant.m365(arguments).env("M365_GRAPH_URL", &graph));
    let store = tenant.store();
    let store = store.to_str().unwrap();
    let synced = m365(&["sync", "--store", store, "--only", "organization"]);
    assert_eq!(synced.exit, 0, "{synced:?}");
    for arguments in [
        &["check"][..],
        &["status", "--store", store],
        &["assess", "--store", store],
    ] {
        let said = m365(arguments);
        no_harm(&said, arguments[0]);
        assert!(
            said.out.contains("\u{fffd}["),
            "the name is shown: {said:?}"
        );
    }
}

#[test]
fn wrong_arguments_are_quoted_without_what_steers_a_terminal() {
    let number = format!("users={NAME}");
    for arguments in [
        &[NAME][..],
        &["check", NAME],
        &["check", &format!("--{NAME}")],
        &["check", &format!("-{NAME}")],
        &["check", "--cloud", NAME],
        &["check", "--budget", NAME],
        &["assess", "--facts", "-", "--format", NAME],
        &["watch", "--store", "t.m365", "--every", &number],
        &["sync", "--store", "t.m365", "--keep", NAME],
        &["sync", "--store", "t.m365", "--store", NAME],
        &["assess", "--facts", "-", "--as-of", NAME],
        &["assess", "--facts", NAME],
        &["verify", "--bundle", NAME],
    ] {
        let said = run(bare().args(arguments).stdin(Stdio::null()));
        assert!([1, 2].contains(&said.exit), "{said:?}");
        assert!(!said.err.is_empty() && said.out.is_empty(), "{said:?}");
        no_harm(&said, &arguments.join(" "));
    }
    for variable in ["M365_CLOUD", "M365_BUDGET_SECONDS", "M365_TENANT_ID"] {
        let said = run(bare().arg("check").env(variable, NAME));
        assert_eq!(said.exit, 2, "{said:?}");
        no_harm(&said, variable);
    }
    for (arguments, exit) in [(&["--help"][..], 0), (&["help", "sync"], 0), (&[], 2)] {
        let said = run(bare().args(arguments));
        assert_eq!(said.exit, exit, "{said:?}");
        let (shown, other) = if exit == 0 {
            (said.out, said.err)
        } else {
            (said.err, said.out)
        };
        assert!(shown.lines().count() > 10 && shown.contains("Usage: m365"));
        assert_eq!(other, "");
    }
}

#[test]
fn a_wrong_log_filter_is_told_of_and_left_out() {
    for filter in [NAME, "m365=\u{1b}[2J\u{9b}31m", "[[["] {
        let said = run(bare().arg("sources").env("RUST_LOG", filter));
        assert_eq!(said.exit, 0, "{said:?}");
        assert!(said.err.starts_with("m365: RUST_LOG"), "{said:?}");
        no_harm(&said, filter);
    }
    for filter in ["", "error", "m365=off"] {
        let said = run(bare().arg("sources").env("RUST_LOG", filter));
        assert_eq!((said.exit, said.err.as_str()), (0, ""), "{said:?}");
    }
}

#[cfg(unix)]
#[test]
fn the_names_of_files_steer_no_terminal() {
    use std::os::unix::fs::PermissionsExt as _;

    let tenant = Tenant::new();
    let path = |name: &str| tenant.folder.path().join(name);
    std::fs::write(path("facts.json"), "{}").unwrap();
    let said = run(bare()
        .args(["assess", "--facts"])
        .arg(path("facts.json"))
        .arg("--bundle")
        .arg(path(NAME)));
    assert_eq!(said.exit, 0, "{said:?}");
    assert!(said.err.contains("Mallory"), "{said:?}");
    no_harm(&said, "the name of a bundle");
    std::fs::remove_dir_all(path(NAME)).unwrap();

    let secret = path(NAME);
    std::fs::write(&secret, tenant.sim.client_secret()).unwrap();
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o644)).unwrap();
    // A name with a line feed may be a secret of several lines.
    let said = run(tenant.m365(&["check", "--secret-file"]).arg(&secret));
    assert_eq!(said.exit, 2, "{said:?}");
    no_harm(&said, "the name of a file with several lines");
    let line = path(&NAME.replace('\n', ""));
    std::fs::rename(&secret, &line).unwrap();
    let said = run(tenant.m365(&["check", "--secret-file"]).arg(&line));
    assert_eq!(said.exit, 0, "{said:?}");
    assert!(said.err.contains("chmod 600"), "{said:?}");
    no_harm(&said, "the name of a file with a secret");
}
