//! Figures: medians, and what a thread really used.

/// The middle of the figures; not a number when there are none.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A count as a figure, exact up to 2^53.
#[expect(
    clippy::cast_precision_loss,
    reason = "no benchmark counts as far as that"
)]
pub fn figure(count: usize) -> f64 {
    count as f64
}

/// The seconds of processor time that the threads of this process whose names begin with `name` have
/// used so far.
pub fn processor_seconds(name: &str) -> f64 {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else {
        return f64::NAN;
    };
    let used = threads.flatten().filter_map(|thread| {
        let read = |file| std::fs::read_to_string(thread.path().join(file)).ok();
        let ours = read("comm")?.starts_with(name);
        let nanos: f64 = read("schedstat")?.split(' ').next()?.parse().ok()?;
        ours.then_some(nanos / 1e9)
    });
    used.sum()
}

/// Forgets the peak of this process's memory, so that `VmHWM` tells that of what comes.
pub fn forget_peak() -> std::io::Result<()> {
    std::fs::write("/proc/self/clear_refs", "5")
}

/// A figure of a process in megabytes, as a file of `/proc` tells it: `Pss` of `smaps_rollup`, `VmHWM` of
/// `status`.
pub fn megabytes(process: &str, file: &str, name: &str) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/{file}")).unwrap_or_default();
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    let value = lines
        .filter(|(key, _)| *key == name)
        .find_map(|(_, value)| {
            let kibibytes: f64 = value.trim().strip_suffix(" kB")?.parse().ok()?;
            Some(kibibytes * 1_024.0 / 1e6)
        });
    value.unwrap_or(f64::NAN)
}
