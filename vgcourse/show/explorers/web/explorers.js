/** All explorers, in the order of the menu. A new one is an object like these, and a name in this list. */

import { depthProfile } from "./depth_profile.js";
import { network } from "./network.js";
import { player } from "./player.js";
import { skip } from "./skip.js";
import { thermometers } from "./thermometers.js";
import { varianceWalk } from "./variance_walk.js";

/**
 * kind -> `{kind, name, fields, words, build}`: its word in addresses and in Python, its name in the menu, its controls
 * (`fields.js`), its title and lead, and the function that fills a shell and returns `{change(key), draw()}`;
 * where that has a `pose()`, it is called before a still picture of it is taken.
 * `drawsGradients` says that the zones of vanished and exploded gradients are explained below it.
 */
export const EXPLORERS = Object.fromEntries(
  [thermometers, network, depthProfile, varianceWalk, skip, player].map((explorer) => [explorer.kind, explorer]),
);
