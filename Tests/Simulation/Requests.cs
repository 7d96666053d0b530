using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;

namespace TPWallet.Tests.Simulation;

/// <summary>What a client asked for, as it can be asked for again.</summary>
internal sealed record Request(Client Client, SentCommand Sent, Func<Task<CommandReply>> Send)
{
    /// <summary>It was answered that it will not be.</summary>
    public bool IsRefused { get; set; }
}

/// <summary>All that clients asked for, in the order of its first sending.</summary>
internal sealed class Requests
{
    private readonly List<Request> _all = [];

    public int Count => _all.Count;

    public Request Add(Client client, SentCommand sent, Func<Task<CommandReply>> send)
    {
        _all.Add(new Request(client, sent, send));
        return _all[^1];
    }

    /// <summary>
    /// Everything that was not refused is asked for again with the same ids. What governs comes first and in its order, as its signatures are bound to it;
    /// then each client repeats its packets.
    /// </summary>
    public async Task RepeatAsync(int from)
    {
        var lost = _all.Skip(from).Where(request => !request.IsRefused).ToArray();
        foreach (var request in lost.Where(request => request.Sent.Command is not PacketCommand)) await request.Client.Repeat(request);
        await Task.WhenAll(lost.Where(request => request.Sent.Command is PacketCommand).GroupBy(request => request.Client).Select(async own =>
        {
            foreach (var request in own) await request.Client.Repeat(request);
        }));
    }
}
