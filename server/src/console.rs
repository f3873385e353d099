//! Definitions at the server's console.

use crate::{Place, say};
use clap::Subcommand;
use server::definitions;
use std::path::PathBuf;

/// Tasks of whoever keeps the definitions.
#[derive(Debug, Subcommand)]
pub enum Definitions {
    /// Reads a folder and says what is wrong in it, file and place named. Changes nothing, needs no server.
    Check {
        /// Folder with `matters`, `forms`, `flows`, `papersets`, `codes`, `calendar`.
        folder: PathBuf,
    },
    /// Publishes a folder as a new release. A running server gives it out at once.
    Publish {
        /// Folder with `matters`, `forms`, `flows`, `papersets`, `codes`, `calendar`.
        folder: PathBuf,
        /// What for.
        #[arg(long)]
        remark: String,
        #[command(flatten)]
        by: By,
    },
    /// Lists the releases, newest first.
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Shows one release and what it changed against the one before.
    Show {
        /// Its number.
        number: u64,
        #[command(flatten)]
        place: Place,
    },
    /// Publishes the contents of an earlier release as a new one: numbers only go up.
    Rollback {
        /// Number of the release to go back to.
        number: u64,
        /// Why.
        #[arg(long, default_value = "")]
        remark: String,
        #[command(flatten)]
        by: By,
    },
}

/// Who publishes, and where.
#[derive(Debug, clap::Args)]
pub struct By {
    /// Name that the release carries; the account of this console otherwise.
    #[arg(long)]
    author: Option<String>,
    #[command(flatten)]
    place: Place,
}

impl By {
    fn author(&self) -> String {
        let account = || std::env::var("USER").ok().filter(|name| !name.is_empty());
        let author = self.author.clone().or_else(account);
        author.unwrap_or_else(|| format!("uid {}", rustix::process::getuid().as_raw()))
    }
}

/// Does one of them. What is refused is said in words, and the program ends with 1.
pub async fn definitions(task: Definitions) -> anyhow::Result<i32> {
    let said = match task {
        Definitions::Check { folder } => definitions::check(&folder),
        Definitions::Publish { folder, remark, by } => {
            let author = by.author();
            definitions::publish_folder(&by.place.settings()?, &folder, &author, &remark).await
        }
        Definitions::List { place } => definitions::list(&place.settings()?).await,
        Definitions::Show { number, place } => definitions::show(&place.settings()?, number).await,
        Definitions::Rollback { number, remark, by } => {
            let author = by.author();
            definitions::roll_back_to(&by.place.settings()?, number, &author, &remark).await
        }
    };
    match said {
        Ok(text) => {
            say(&text)?;
            Ok(0)
        }
        Err(fault) => {
            say(&fault.to_string())?;
            Ok(1)
        }
    }
}
