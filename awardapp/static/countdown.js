// Counts down to an instant that the page states in words anyway. The clock is the server's: the page says when it was made.

const nodes = document.querySelectorAll("[data-countdown]");

function words(seconds) {
  const two = (n) => String(n).padStart(2, "0");
  const clock = `${Math.floor(seconds / 3600) % 24}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return (days) => (seconds < 86400 ? clock : `${days.replace("{n}", Math.floor(seconds / 86400))} ${clock}`);
}

for (const node of nodes) {
  const end = Date.parse(node.dataset.countdown);
  const ahead = Date.parse(node.dataset.now) - Date.now();
  const tick = () => {
    const seconds = Math.ceil((end - Date.now() - ahead) / 1000);
    if (seconds <= 0) {
      node.textContent = node.dataset.over;
      clearInterval(timer);
      return;
    }
    node.textContent = words(seconds)(node.dataset.days);
  };
  const timer = setInterval(tick, 1000);
  tick();
}
