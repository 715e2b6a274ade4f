/** What a reader has guessed, kept in the browser. */

export function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A browser that keeps nothing shows the guess until the page is left.
  }
}

export function forget(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // It was not kept either.
  }
}

export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
