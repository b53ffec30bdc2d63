//! What writing and opening cost, counted in writes, syncs and bytes: those are the same on
//! every machine.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use acier::state::{Event, Journal};
use acier::store::{Access, Disk, LocalDisk, Store};

use super::story::{addr, begin, end, load, object};

#[derive(Default)]
struct Count {
    writes: AtomicU64,
    bytes: AtomicU64,
    syncs: AtomicU64,
}

struct CountingDisk(Arc<Count>);

impl Disk for CountingDisk {
    fn write(&mut self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        self.0.writes.fetch_add(1, Ordering::Relaxed);
        self.0.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        LocalDisk.write(file, bytes)
    }

    fn sync(&mut self, _file: &File) -> io::Result<()> {
        self.0.syncs.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn truncate(&mut self, file: &File, length: u64) -> io::Result<()> {
        LocalDisk.truncate(file, length)
    }
}

fn change(number: usize) -> Event {
    let addr = addr(&format!("azurerm_container_group.web[{number}]"));
    Event::Refreshed { addr, deposed: None, object: Some(object("web")) }
}

#[test]
fn a_small_change_of_a_large_state_costs_a_small_write() {
    let folder = tempfile::tempdir().unwrap();
    let count = Arc::new(Count::default());
    let mut store = Store::open_on(folder.path(), Access::Write, Box::new(CountingDisk(count.clone()))).unwrap();
    let taken = || {
        let take = |count: &AtomicU64| count.swap(0, Ordering::Relaxed);
        (take(&count.writes), take(&count.bytes), take(&count.syncs))
    };
    store.append(&[begin(1)], true).unwrap();
    taken();
    let many: Vec<Event> = (0..2000).map(change).collect();
    store.append(&many, false).unwrap();
    let (writes, bytes, syncs) = taken();
    assert_eq!((writes, syncs), (1, 0), "one write, and no sync where none is asked for");
    store.append(&[], true).unwrap();
    assert_eq!(taken(), (0, 0, 1));
    store.append(&[end()], true).unwrap();
    let (_, snapshot, _) = taken();
    assert!(snapshot > bytes / 2, "the first large operation leaves a snapshot");
    for serial in 2..6 {
        store.append(&[begin(serial), change(7), end()], true).unwrap();
        let (writes, bytes, syncs) = taken();
        assert!(writes <= 3 && syncs <= 3 && bytes < 4096, "{writes} writes, {syncs} syncs, {bytes} bytes");
    }
    assert_eq!(store.notes(), Vec::<String>::new());
    assert_eq!(load(folder.path()).unwrap().objects.len(), 2000);
}
