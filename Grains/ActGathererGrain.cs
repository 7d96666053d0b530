using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Effects;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains;

/// <summary>Gathers calls for a while, and has one packet make them.</summary>
[Reentrant]
public sealed class ActGathererGrain(ChannelActs acts, ActGathering settings) : Grain, IActGathererGrain
{
    /// <summary>Most acts whose packet is remembered, for whoever did not hear of it.</summary>
    private const int MostMade = 4_096;

    private readonly Dictionary<Name, Name> _made = [];
    private Gathering? _open;

    public async Task<Name?> Join(ActPart part)
    {
        if (_made.TryGetValue(part.Packet, out var known)) return known;
        var gathering = _open ??= Begin();
        gathering.Parts[part.Packet] = part;
        await gathering.Done.Task;
        return _made.TryGetValue(part.Packet, out var made) ? made : default(Name?);
    }

    private Gathering Begin()
    {
        var gathering = new Gathering();
        gathering.Timer = this.RegisterGrainTimer(
            ct => CloseAsync(gathering, ct),
            new GrainTimerCreationOptions { DueTime = TimeSpan.FromMilliseconds(settings.Wait.Ms), Period = Timeout.InfiniteTimeSpan, Interleave = true, KeepAlive = true });
        return gathering;
    }

    /// <summary>Those whose packet cannot be proposed go on alone; where nobody answered they ask again, and find what was proposed under the same name.</summary>
    private async Task CloseAsync(Gathering gathering, CancellationToken cancellationToken)
    {
        _open = null;
        try
        {
            if (await acts.ProposeAsync(this.GetPrimaryKeyString(), [.. gathering.Parts.Values], cancellationToken) is var (packet, members))
            {
                if (_made.Count > MostMade) _made.Clear();
                foreach (var member in members) _made[member] = packet;
            }

            gathering.Done.SetResult();
        }
        catch (Exception e) when (e is TimeoutException or OrleansException or IOException or OperationCanceledException)
        {
            gathering.Done.SetException(new IOException("The packet of several acts could not be proposed.", e));
        }
        finally
        {
            // Not before: it takes the token back.
            gathering.Timer!.Dispose();
        }
    }

    private sealed class Gathering
    {
        public SortedDictionary<Name, ActPart> Parts { get; } = [];

        public TaskCompletionSource Done { get; } = new();

        public IGrainTimer? Timer { get; set; }
    }
}
