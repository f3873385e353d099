//! Runs a training printer until it is told to stop.

use std::path::PathBuf;

use clap::Parser;
use ippeve_counterpart::IppEvePrinter;

/// A printer for training and tests: `ippeveprinter` on the loopback interface.
#[derive(Parser)]
struct Arguments {
    /// Folder for what is printed.
    #[arg(long)]
    spool: PathBuf,
    /// Port on the loopback interface; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Name of the printer.
    #[arg(long, default_value = "Training Printer")]
    name: String,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let printer = IppEvePrinter::start_named(&arguments.spool, arguments.port, &arguments.name)?;
    #[expect(clippy::print_stdout, reason = "the caller reads the address from the first line")]
    {
        println!("{}", printer.uri());
    }
    // Until the caller closes our input; a signal ends us as well, and the children with us.
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    Ok(())
}
