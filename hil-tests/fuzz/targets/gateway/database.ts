import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Database } from "../../../../gateway/store/database.ts";
import { LockStore } from "../../../../gateway/store/lock-store.ts";
import { OutboxStore } from "../../../../gateway/store/outbox-store.ts";
import { StoreError } from "../../../../gateway/store/store-error.ts";
import type { Target } from "../../engine/target.ts";
import { Script } from "../script.ts";

const CHANGES_MAX = 64;

/**
 * A database file and the mark of its last start, changed by the script: places anywhere in the file, mostly in its header
 * and schema. It opens and reads, or it is refused with a sentence.
 */
export const database: Target = {
  name: "database",
  seeds: () =>
    [[0], [1, 0, 0, 1], [2, 0, 50, 7], [2, 1, 0, 0xff, 2, 2, 0, 0], [3, 5], [4, 3, 0x41, 0x42, 0x43]].map((steps) =>
      Uint8Array.from(steps),
    ),
  inputBytesMax: 120,
  batch: 20,
  allowed: [StoreError],
  open: () => {
    const folder = mkdtempSync(join(tmpdir(), "portvakt-fuzz-"));
    const path = join(folder, "portvakt.db");
    Database.open(path).close();
    const good = new Uint8Array(readFileSync(path));
    return {
      execute: (input) => {
        for (const suffix of ["-wal", "-shm", "-start"]) rmSync(path + suffix, { force: true });
        let image: Uint8Array = good;
        const script = new Script(input);
        for (let changes = 0; changes < CHANGES_MAX && !script.isOver; changes++) image = changed(image, path, script);
        writeFileSync(path, image);
        Database.quickCheck(path);
        const opened = Database.open(path);
        try {
          new LockStore(opened).list();
          new OutboxStore(opened).undelivered("aaaaaaaaaaaaaaaa", 10);
        } finally {
          opened.close();
        }
      },
      close: async () => rmSync(folder, { recursive: true, force: true }),
    };
  },
};

function changed(image: Uint8Array, path: string, script: Script): Uint8Array {
  if (image.length === 0) return image;
  switch (script.byte() % 5) {
    case 1:
      return image.with((script.byte() * 256 + script.byte()) % image.length, script.byte());
    case 2: {
      const at = (script.byte() * 4096 + script.byte()) % image.length;
      return image.with(at, script.byte());
    }
    case 3:
      return image.slice(0, script.byte() * 512);
    case 4:
      writeFileSync(`${path}-start`, script.piece());
      return image;
    default:
      return image;
  }
}
