// The list follows its filters at once.

for (const choice of document.querySelectorAll("#filters select")) {
  choice.addEventListener("change", () => {
    const query = new URLSearchParams([...new FormData(choice.form)].filter(([, value]) => value));
    location.assign(query.size ? `/incidents?${query}` : "/incidents");
  });
}
