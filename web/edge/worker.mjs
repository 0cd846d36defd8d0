// The edge: a Cloudflare Worker that serves the static site, the relay and the
// badges.
import { badge, isBadge } from "./badge.mjs";
import { prefix } from "./config.mjs";
import { relay } from "./relay.mjs";
import { page, plain } from "./site.mjs";

export default {
  async fetch(request, env, ctx) {
    const { origin, pathname } = new URL(request.url);
    try {
      // awaited here, so that what they throw is caught here
      if (pathname.startsWith(prefix)) return await relay(request, request.url.slice(origin.length + prefix.length));
      return isBadge(pathname) ? await badge(request, env, ctx) : await page(request, env);
    } catch (error) {
      console.error("serving:", error);
      return plain(500, "something went wrong here\n");
    }
  },
};
