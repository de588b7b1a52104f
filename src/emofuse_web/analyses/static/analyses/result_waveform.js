// Of sound alone: how loud it is from moment to moment, and how much of it was played. A click goes there; keys have the lanes.

import { colour, onTheme } from "./result_colours.js";

const BAR = 3; // px, with the space after it

export class Waveform {
  constructor(canvas, loudness, player) {
    Object.assign(this, { canvas, loudness, player });
    this.played = -1;
    canvas.addEventListener("click", (event) => player.seek((event.offsetX / canvas.clientWidth) * player.duration));
    player.subscribe(() => this.draw());
    onTheme(() => this.draw(true));
    new ResizeObserver(() => this.draw(true)).observe(canvas);
  }

  draw(again = false) {
    const { canvas, loudness } = this;
    const width = canvas.clientWidth;
    const high = canvas.clientHeight;
    const played = Math.floor((this.player.now / this.player.duration) * (width / BAR));
    if (played === this.played && !again) return;
    this.played = played;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(high * ratio);
    const paint = canvas.getContext("2d");
    paint.scale(ratio, ratio);
    for (let i = 0; i * BAR < width; i++) {
      const from = Math.floor(((i * BAR) / width) * loudness.length);
      const to = Math.max(Math.floor((((i + 1) * BAR) / width) * loudness.length), from + 1);
      const tall = Math.max(Math.max(...loudness.slice(from, to)) * high, 2);
      paint.fillStyle = colour(i <= played ? "accent" : "soft");
      paint.fillRect(i * BAR, (high - tall) / 2, BAR - 1, tall);
    }
  }
}
