//! A private PostgreSQL server for one run of the tests: own folder, own port, own password.

use std::fs;
use std::io::Read as _;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};

use crate::command::{output, program};
use crate::install::{is_root, postgres_folder};
use crate::say;

/// Keeps the server while standard input stays open. The pipe closes when this process ends in
/// whatever way, kill -9 included, so no server and no folder is left behind. Signals that end the
/// whole job (Ctrl-C, a closed terminal) must not end the keeper before it has cleaned up.
const KEEPER: &str = r#"
trap '' HUP INT TERM
"$1/postgres" -D "$2/data" -p "$3" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c max_connections=200 </dev/null >"$2/log" 2>&1 &
cat >/dev/null
kill -INT $!
wait $!
rm -rf "$2"
"#;

const PATIENCE: Duration = Duration::from_mins(1);

/// The running server. Dropping it stops the server and removes its folder.
#[derive(Debug)]
pub(crate) struct Cluster {
    keeper: Child,
    url: String,
}

impl Cluster {
    /// Creates and starts a server with everything at its default, fsync included.
    ///
    /// # Errors
    ///
    /// No server is installed, or it does not start; the message then holds its log.
    pub(crate) fn start() -> Result<Self> {
        let programs = postgres_folder().context("no PostgreSQL server is installed")?;
        let account = account()?;
        // Not under target/: as root, the server's account may not enter the work tree.
        let folder = std::env::temp_dir().join(format!("ombud-postgres-{}", std::process::id()));
        let password = password()?;
        create(&programs, &folder, &password, account)?;
        let port = free_port()?;

        let mut keeper = as_account(Command::new("sh"), account);
        keeper
            .arg("-c")
            .arg(KEEPER)
            .arg("keeper")
            .arg(&programs)
            .arg(&folder);
        keeper
            .arg(port.to_string())
            .current_dir(&folder)
            .stdin(Stdio::piped());
        let cluster = Self {
            keeper: keeper.spawn().context("cannot start `sh`")?,
            url: format!("postgres://ombud:{password}@127.0.0.1:{port}/postgres"),
        };
        await_ready(&folder.join("log"))?;
        say::line(&format!(
            "a private PostgreSQL server listens on 127.0.0.1:{port}"
        ));
        Ok(cluster)
    }

    /// The address, with a user who may create databases.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        if let Err(error) = self.keeper.wait() {
            say::line(&format!("cannot stop the PostgreSQL server: {error}"));
        }
    }
}

/// User and group of an account.
type Account = (u32, u32);

/// The account that must run the server: none but our own, except that root may not.
fn account() -> Result<Option<Account>> {
    if !is_root()? {
        return Ok(None);
    }
    let number = |flag: &str| -> Result<u32> {
        let printed = output(&mut program("id", &[flag, "postgres"]))
            .context("PostgreSQL refuses to run as root, and there is no account `postgres`")?;
        Ok(String::from_utf8_lossy(&printed).trim().parse()?)
    };
    Ok(Some((number("-u")?, number("-g")?)))
}

fn as_account(mut command: Command, account: Option<Account>) -> Command {
    if let Some((user, group)) = account {
        command.uid(user).gid(group);
    }
    command
}

fn create(programs: &Path, folder: &Path, password: &str, account: Option<Account>) -> Result<()> {
    let secret = folder.join("password");
    fs::create_dir(folder).with_context(|| format!("cannot create `{}`", folder.display()))?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    fs::write(&secret, password)?;
    if let Some((user, group)) = account {
        chown(folder, Some(user), Some(group))?;
        chown(&secret, Some(user), Some(group))?;
    }
    let mut initdb = as_account(Command::new(programs.join("initdb")), account);
    initdb.args([
        "--username=ombud",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
    ]);
    initdb
        .arg("--no-sync")
        .arg("--pwfile")
        .arg(&secret)
        .arg("-D")
        .arg(folder.join("data"));
    output(initdb.current_dir(folder).stdin(Stdio::null())).map(drop)
}

fn await_ready(log: &PathBuf) -> Result<()> {
    let began = Instant::now();
    loop {
        let text = fs::read_to_string(log).unwrap_or_default();
        if text.contains("ready to accept connections") {
            return Ok(());
        }
        if text.contains("FATAL") || began.elapsed() > PATIENCE {
            bail!("the PostgreSQL server did not start; its log:\n{text}");
        }
        sleep(Duration::from_millis(50));
    }
}

/// A port that was free a moment ago.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no port is free on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}

fn password() -> Result<String> {
    let mut bytes = [0_u8; 16];
    fs::File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .map_err(|error| anyhow!("cannot read /dev/urandom: {error}"))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
