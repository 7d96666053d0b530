using TPWallet.Grains.Interfaces.Lanes;

namespace TPWallet.Domain.Lanes;

/// <summary>What may be seen of a lane; pure, decides nothing.</summary>
public static class LaneViews
{
    public static LaneView View(LaneState state, long version) => new(
        state.Key, version, state.NextNonce, state.Stop is not null, state.Stop?.Reason.ToString(), [.. state.Entries.Values.Select(View)]);

    private static LaneEntryView View(LaneEntry entry) => new(
        entry.Intent,
        entry.Stage.Nonce,
        entry.Stage.GetType().Name,
        entry.Signed is { } signed ? [.. signed.Versions.Select(v => new LaneVersion(v.Terms, v.Raw, v.TxHash, v.NoOp, v.Accepted))] : []);
}
