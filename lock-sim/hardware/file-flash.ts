import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, writeFileSync, writeSync } from "node:fs";
import type { Random } from "../../protocol/random.ts";
import { concat, Reader, uint32 } from "../../protocol/wire/bytes.ts";
import { ERASE_BLOCK_BYTES, FLASH_BYTES } from "../firmware/storage/flash-map.ts";
import { MemoryFlash } from "./memory-flash.ts";

const BLOCKS = FLASH_BYTES / ERASE_BLOCK_BYTES;
const WEAR_BYTES = 4 * BLOCKS;

/** A file that is there and is no image of a flash. */
export class FlashFileError extends Error {
  override readonly name = "FlashFileError";
}

/**
 * The flash in a file: 512 KiB as they lie in the chip, then the number of erases of each block, 4 bytes big-endian.
 *
 * Every operation is written through in place before it returns, so a process that is killed leaves exactly what a chip would
 * hold. It is not synced to the disk: a crash of the machine itself is not what this emulates.
 */
export class FileFlash extends MemoryFlash {
  readonly #file: number;

  private constructor(file: number, image: Uint8Array, wear: Uint32Array, random?: Random) {
    super({
      image,
      wear,
      ...(random && { random }),
      onProgram: (offset, bytes) => writeAt(file, offset, bytes),
      onErase: (block) => {
        writeAt(
          file,
          block * ERASE_BLOCK_BYTES,
          image.subarray(block * ERASE_BLOCK_BYTES, (block + 1) * ERASE_BLOCK_BYTES),
        );
        writeAt(file, FLASH_BYTES + 4 * block, uint32(wear[block]!));
      },
    });
    this.#file = file;
  }

  /**
   * Opens the file, or makes one with a factory-fresh chip. `random` is for power cuts, as in MemoryFlash. Throws FlashFileError
   * or what the file system says.
   */
  static open(path: string, random?: Random): FileFlash {
    if (!existsSync(path)) createFile(path);
    const file = openSync(path, "r+");
    const { size } = fstatSync(file);
    if (size !== FLASH_BYTES + WEAR_BYTES) {
      closeSync(file);
      throw new FlashFileError(
        `${path} is no flash image: it has ${size} bytes instead of ${FLASH_BYTES + WEAR_BYTES}`,
      );
    }
    const wear = new Reader(readAt(file, FLASH_BYTES, WEAR_BYTES));
    const counts = Uint32Array.from({ length: BLOCKS }, () => wear.uint32());
    return new FileFlash(file, readAt(file, 0, FLASH_BYTES), counts, random);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Beside, then moved: whoever ends the process finds no file or a whole one. */
function createFile(path: string): void {
  const beside = `${path}.new`;
  writeFileSync(beside, concat(new Uint8Array(FLASH_BYTES).fill(0xff), new Uint8Array(WEAR_BYTES)), { mode: 0o600 });
  renameSync(beside, path);
}

function readAt(file: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  if (readSync(file, bytes, 0, length, offset) !== length) throw new FlashFileError("the flash image ends early");
  return bytes;
}

function writeAt(file: number, offset: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, offset + done);
}
