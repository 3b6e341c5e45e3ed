//! Where the program writes to, and where it reads secrets from: paths that somebody else prepared.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::common::{Said, Tenant, bare, run};

/// A tenant with a store of a few sources.
fn synced() -> Tenant {
    let tenant = Tenant::new();
    let said = tenant.on_store(&["sync", "--only", "users,groups"]);
    assert_eq!(said.exit, 0, "{said:?}");
    tenant
}

fn path(tenant: &Tenant, name: &str) -> PathBuf {
    tenant.folder.path().join(name)
}

fn export(tenant: &Tenant, out: &Path) -> Command {
    let mut export = bare();
    export
        .args(["export", "--kind", "user", "--store"])
        .arg(tenant.store())
        .arg("--out")
        .arg(out);
    export
}

fn mode(path: &Path) -> u32 {
    path.symlink_metadata().unwrap().mode() & 0o777
}

#[test]
fn an_output_takes_the_place_of_a_link_and_follows_none() {
    let tenant = synced();
    let letter = path(&tenant, "letter.txt");
    std::fs::write(&letter, "Dear Bea").unwrap();
    let out = path(&tenant, "users.jsonl");
    for to in [letter.as_path(), Path::new("/nowhere/at/all")] {
        let _ = std::fs::remove_file(&out);
        symlink(to, &out).unwrap();
        let said = run(&mut export(&tenant, &out));
        assert_eq!(said.exit, 0, "{said:?}");
        assert!(!out.is_symlink() && out.metadata().unwrap().len() > 0);
        assert_eq!(mode(&out), 0o600);
        assert_eq!(std::fs::read_to_string(&letter).unwrap(), "Dear Bea");
    }
}

#[test]
fn an_output_follows_no_link_by_a_path_that_begins_as_one_of_the_system() {
    let tenant = synced();
    let letter = path(&tenant, "letter.txt");
    std::fs::write(&letter, "Dear Bea").unwrap();
    let link = path(&tenant, "link");
    for root in ["/proc/..", "/proc/self/root", "/dev/.."] {
        let _ = std::fs::remove_file(&link);
        symlink(&letter, &link).unwrap();
        let out = PathBuf::from(format!("{root}{}", link.display()));
        if out.parent().unwrap().metadata().is_err() {
            continue;
        }
        let said = run(&mut export(&tenant, &out));
        assert_eq!(said.exit, 0, "{said:?}");
        assert!(!link.is_symlink(), "{root}: the link was replaced");
        assert_eq!(std::fs::read_to_string(&letter).unwrap(), "Dear Bea");
    }
}

#[test]
fn devices_and_pipes_are_written_into_and_stay_what_they_are() {
    let tenant = synced();
    let plain = run(bare()
        .args(["export", "--kind", "user", "--store"])
        .arg(tenant.store()))
    .out;
    assert!(!plain.is_empty());
    // As a pipe, and as the file that the shell has redirected it to.
    assert_eq!(
        run(&mut export(&tenant, Path::new("/dev/stdout"))).out,
        plain
    );
    let file = path(&tenant, "redirected");
    let to = std::fs::File::create(&file).unwrap();
    let mut redirected = export(&tenant, Path::new("/dev/stdout"));
    assert!(redirected.stdout(to).status().unwrap().success());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), plain);

    let before = Path::new("/dev/null").symlink_metadata().unwrap();
    assert_eq!(run(&mut export(&tenant, Path::new("/dev/null"))).exit, 0);
    let after = Path::new("/dev/null").symlink_metadata().unwrap();
    assert_eq!((after.ino(), after.mode()), (before.ino(), before.mode()));

    let pipe = path(&tenant, "pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let writer = export(&tenant, &pipe)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut read = String::new();
    let mut reader = std::fs::File::open(&pipe).unwrap();
    reader.read_to_string(&mut read).unwrap();
    assert!(writer.wait_with_output().unwrap().status.success());
    assert_eq!(read, plain);
    assert!(!pipe.symlink_metadata().unwrap().is_file());
}

#[test]
fn a_pipe_of_another_user_is_not_fed() {
    let tenant = synced();
    let pipe = path(&tenant, "pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    // Only a user who may give files away can try it.
    if std::os::unix::fs::chown(&pipe, Some(12_345), None).is_err() {
        return;
    }
    let reader = Command::new("cat")
        .arg(&pipe)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = run(&mut export(&tenant, &pipe));
    assert_eq!(said.exit, 1, "{said:?}");
    assert!(said.err.contains("another user"), "{said:?}");
    assert_eq!(reader.wait_with_output().unwrap().stdout, b"");
}

fn bundle(tenant: &Tenant, folder: &Path) -> Said {
    run(bare()
        .args(["assess", "--control", "cis-v8.1:6.5", "--store"])
        .arg(tenant.store())
        .arg("--bundle")
        .arg(folder))
}

#[test]
fn a_bundle_is_for_its_owner_alone() {
    let tenant = synced();
    let new = path(&tenant, "above/bundle");
    let there = path(&tenant, "there");
    std::fs::create_dir(&there).unwrap();
    std::fs::set_permissions(&there, std::fs::Permissions::from_mode(0o777)).unwrap();
    for folder in [&new, &there] {
        let said = bundle(&tenant, folder);
        assert_eq!(said.exit, 0, "{said:?}");
        assert_eq!(mode(folder), 0o700);
        for entry in std::fs::read_dir(folder).unwrap() {
            assert_eq!(mode(&entry.unwrap().path()), 0o600);
        }
    }
    assert_eq!(mode(&path(&tenant, "above")), 0o700);
    let elsewhere = path(&tenant, "elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let link = path(&tenant, "link");
    symlink(&elsewhere, &link).unwrap();
    for behind in ["", "/", "/.", "/./", "//"] {
        let mut named = link.clone().into_os_string();
        named.push(behind);
        let said = bundle(&tenant, Path::new(&named));
        assert_eq!(said.exit, 2, "{behind}: {said:?}");
        assert!(said.err.contains("is a link"), "{behind}: {said:?}");
        assert_eq!(std::fs::read_dir(&elsewhere).unwrap().count(), 0);
    }
}

#[test]
fn a_bundle_is_not_written_into_the_folder_of_another_user() {
    let tenant = synced();
    let folder = path(&tenant, "anothers");
    std::fs::create_dir(&folder).unwrap();
    // Only a user who may give files away can try it.
    if std::os::unix::fs::chown(&folder, Some(12_345), None).is_err() {
        return;
    }
    let said = bundle(&tenant, &folder);
    assert_eq!(said.exit, 2, "{said:?}");
    assert!(said.err.contains("belongs to another user"), "{said:?}");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    assert_eq!(folder.metadata().unwrap().uid(), 12_345);
}

/// The connection test with the secret taken from a file, and none in the environment.
fn check(tenant: &Tenant, secret_file: &Path) -> Command {
    let mut check = tenant.m365(&["check", "--secret-file"]);
    check.arg(secret_file).env_remove("M365_CLIENT_SECRET");
    check
}

fn write(path: &Path, text: &str, mode: u32) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_secret_is_read_from_a_file_and_one_that_others_can_read_is_warned_of() {
    let tenant = Tenant::new();
    let file = path(&tenant, "secret");
    let line = format!("{}\n", tenant.sim.client_secret());
    write(&file, &line, 0o600);
    let said = run(&mut check(&tenant, &file));
    assert_eq!((said.exit, said.err.as_str()), (0, ""), "{said:?}");

    // It goes before the environment, and is named there too.
    let mut by_environment = tenant.m365(&["check"]);
    by_environment.env("M365_CLIENT_SECRET_FILE", &file);
    by_environment.env("M365_CLIENT_SECRET", "wrong");
    assert_eq!(run(&mut by_environment).exit, 0);

    write(&file, &line, 0o640);
    let said = run(&mut check(&tenant, &file));
    assert_eq!(said.exit, 0, "{said:?}");
    assert!(said.err.contains("others can read"), "{said:?}");
    assert!(!said.err.contains(tenant.sim.client_secret()));

    for (text, why) in [
        ("", "is empty"),
        ("\n", "is empty"),
        ("a\nb\n", "more than one line"),
    ] {
        write(&file, text, 0o600);
        let said = run(&mut check(&tenant, &file));
        assert_eq!(said.exit, 2, "{said:?}");
        assert!(said.err.contains(why), "{said:?}");
    }
    let said = run(&mut check(&tenant, Path::new("/nowhere/at/all")));
    assert_eq!(said.exit, 2, "{said:?}");
}

#[test]
fn a_secret_is_read_from_standard_input() {
    let tenant = Tenant::new();
    let mut check = check(&tenant, Path::new("-"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let secret = format!("{}\r\n", tenant.sim.client_secret());
    check
        .stdin
        .take()
        .unwrap()
        .write_all(secret.as_bytes())
        .unwrap();
    let said = Said::from(check.wait_with_output().unwrap());
    assert_eq!((said.exit, said.err.as_str()), (0, ""), "{said:?}");
}

#[test]
fn a_key_that_others_can_read_is_warned_of() {
    let tenant = Tenant::new();
    let key = path(&tenant, "app.pem");
    for (mode, is_warned_of) in [(0o644, true), (0o600, false)] {
        write(&key, "no key at all", mode);
        let said = run(tenant.m365(&["check", "--certificate"]).arg(&key));
        assert_eq!(said.exit, 2, "{said:?}");
        assert_eq!(
            said.err.contains("others can read"),
            is_warned_of,
            "{said:?}"
        );
    }
}

const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMIIEhushhush=\n-----END PRIVATE KEY-----\n";

#[test]
fn a_key_or_secret_in_place_of_the_path_of_its_file_is_not_shown() {
    let tenant = Tenant::new();
    let file = "M365_CLIENT_SECRET_FILE";
    let certificate = "M365_CLIENT_CERTIFICATE";
    for (variable, flag, value) in [
        (certificate, "--certificate", KEY),
        (certificate, "--certificate", "hush\nhush"),
        (certificate, "--certificate", "hush~hush"),
        (file, "--secret-file", KEY),
        (file, "--secret-file", "hush~hush"),
        (file, "--secret-file", "-hush~hush"),
    ] {
        let by_variable = run(tenant
            .m365(&["check"])
            .env_remove("M365_CLIENT_SECRET")
            .env(variable, value));
        let by_flag = run(tenant
            .m365(&["check", flag, value])
            .env_remove("M365_CLIENT_SECRET"));
        for said in [by_variable, by_flag] {
            assert_eq!(said.exit, 2, "{said:?}");
            assert!(!format!("{said:?}").contains("hush"), "{said:?}");
            assert!(
                said.err.contains(variable) && said.err.contains("path of a file"),
                "{said:?}"
            );
        }
    }
    let said = run(&mut tenant.m365(&["check", "--certificate", "/nowhere/at/all"]));
    assert!(said.err.contains("No such file"), "why is told: {said:?}");
    // A key that is no value of any option.
    for arguments in [&["check", KEY][..], &["check", "--cloud", KEY]] {
        let said = run(&mut tenant.m365(arguments));
        assert_eq!(said.exit, 2, "{said:?}");
        assert!(!format!("{said:?}").contains("hush"), "{said:?}");
    }
}

#[test]
fn a_secret_with_a_hyphen_before_it_is_a_secret_and_is_not_shown() {
    let tenant = Tenant::new();
    let said = run(&mut tenant.m365(&["check", "--secret", "-hush~hush"]));
    assert_eq!(said.exit, 3, "{said:?}");
    assert!(!format!("{said:?}").contains("hush"), "{said:?}");
}

#[test]
fn help_shows_nothing_of_the_environment() {
    let mut help = bare();
    for setting in [
        "TENANT_ID",
        "CLIENT_ID",
        "CLIENT_SECRET",
        "CLIENT_SECRET_FILE",
        "CLIENT_CERTIFICATE",
        "GRAPH_URL",
        "LOGIN_URL",
        "BUDGET_SECONDS",
        "CLOUD",
    ] {
        help.env(format!("M365_{setting}"), "hush");
    }
    for command in [&["--help"][..], &["check", "--help"]] {
        let said = run(help.args(command));
        assert_eq!((said.exit, said.err.as_str()), (0, ""), "{said:?}");
        assert!(said.out.contains("M365_CLIENT_SECRET") && !said.out.contains("hush"));
    }
}

#[test]
fn a_certificate_longer_than_any_is_refused() {
    let tenant = Tenant::new();
    let key = path(&tenant, "app.pem");
    write(&key, "", 0o600);
    let holes = std::fs::File::options().write(true).open(&key).unwrap();
    holes.set_len(1 << 40).unwrap();
    for endless in [key.as_path(), Path::new("/dev/zero")] {
        let said = run(tenant.m365(&["check", "--certificate"]).arg(endless));
        assert_eq!(said.exit, 2, "{said:?}");
        assert!(said.err.contains("longer than 1048576 bytes"), "{said:?}");
    }
}

#[test]
fn facts_longer_than_any_are_refused() {
    let tenant = Tenant::new();
    let facts = path(&tenant, "facts.json");
    let holes = std::fs::File::create(&facts).unwrap();
    holes.set_len(1 << 42).unwrap();
    let said = run(bare().args(["assess", "--facts"]).arg(&facts));
    assert_eq!(said.exit, 1, "{said:?}");
    assert!(
        said.err.contains("longer than 4294967296 bytes"),
        "{said:?}"
    );
}

#[test]
fn times_without_an_end_are_taken_or_refused_and_never_a_crash() {
    let tenant = Tenant::new();
    let most = u64::MAX.to_string();
    let days = format!("users={}", u64::MAX / 86_400);
    let said = tenant.on_store(&["sync", "--only", "users", "--keep", &days]);
    assert_eq!(said.exit, 0, "{said:?}");
    let said = tenant.on_store(&["sync", "--only", "users", "--budget", &most]);
    assert_eq!(said.exit, 2, "{said:?}");
    assert!(said.err.contains("at most a day"), "{said:?}");
}
