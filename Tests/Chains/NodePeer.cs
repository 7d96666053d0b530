using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TPWallet.Tests.Chains;

/// <summary>Independent implementations in a Node process: JSON lines in, JSON lines out, in order.</summary>
internal sealed class NodePeer : IAsyncDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private Task _writing = Task.CompletedTask;

    private NodePeer(Process process) => _process = process;

    /// <summary>Starts a script of Tests/Peers that uses these packages of tools/.</summary>
    public static NodePeer Start(string script, params IEnumerable<string> packages)
    {
        var tools = Path.Combine(Repository.Root, "tools");
        foreach (var package in packages)
            if (!Directory.Exists(Path.Combine(tools, "node_modules", package)))
                throw new DirectoryNotFoundException($"{package} is not installed: run `./tpw setup` or `npm ci` in tools/.");
        var start = new ProcessStartInfo("node") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(Repository.Root, "Tests", "Peers", script));
        start.ArgumentList.Add(tools);
        return new(Process.Start(start) ?? throw new InvalidOperationException("node did not start."));
    }

    /// <summary>Asks all and gives the answers in order. Writing and reading go on at once, so that no pipe fills up.</summary>
    public async Task<IReadOnlyList<JsonElement>> AskAsync(IReadOnlyList<JsonNode> requests)
    {
        _writing = Task.Run(async () =>
        {
            foreach (var request in requests) await _process.StandardInput.WriteLineAsync(request.ToJsonString());
            await _process.StandardInput.FlushAsync();
        });
        var answers = new List<JsonElement>(requests.Count);
        while (answers.Count < requests.Count)
        {
            var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(Longest);
            answers.Add(JsonElement.Parse(line ?? throw new EndOfStreamException($"The peer ended after {answers.Count} answers.")));
        }

        await _writing;
        return answers;
    }

    public async ValueTask DisposeAsync()
    {
        // After a failure half a question may be under way: the peer is of no more use.
        if (!_writing.IsCompletedSuccessfully) _process.Kill();
        else _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(Longest);
        _process.Dispose();
    }
}
