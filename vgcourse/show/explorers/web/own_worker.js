/** A worker of the explorers' own, from a text within the page: there is no file to ask for. */

const WORKER_SCRIPT = "@joined:worker.js"; // bundle.py puts the script's text here

/** A worker, or null where the page may have none. `failed()`: it cannot do what it was asked. */
export function ownWorker(heard, failed) {
  let worker = null;
  try {
    const address = URL.createObjectURL(new Blob([WORKER_SCRIPT], { type: "text/javascript" }));
    worker = new Worker(address);
    URL.revokeObjectURL(address);
  } catch {
    return null;
  }
  worker.onmessage = ({ data }) => heard(data);
  worker.onerror = (event) => {
    event.preventDefault();
    worker.terminate();
    failed();
  };
  return worker;
}
