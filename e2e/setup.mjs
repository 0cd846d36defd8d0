// Starts the edge for all tests, and ends it after them.
import { serve } from "../web/edge/serve.mjs";

export default async function setup() {
  const edge = await serve({ port: Number(process.env.TOUCHSTONE_E2E_PORT || 8790) });
  process.env.TOUCHSTONE_E2E_URL = edge.url;
  return () => edge.stop();
}
