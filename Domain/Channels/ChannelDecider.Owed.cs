using System.Globalization;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;

namespace TPWallet.Domain.Channels;

/// <summary>What one side owes: signatures of its own key, and its messages.</summary>
public sealed partial class ChannelDecider
{
    private const string Sign = "sign";
    private const string Send = "send";

    public static ImmutableSortedDictionary<string, Effect> Owed(ChannelState state)
    {
        var owed = ImmutableSortedDictionary.CreateBuilder<string, Effect>(StringComparer.Ordinal);
        if (state.Phase == ChannelPhase.Open && ToSign(state) is { } book)
            owed.Add($"{Sign}|{book.Nonce}", new Effect.SignChannelState(state.Facts!, state.Us, book, state.Terms!.LockFloor));
        foreach (var (number, message) in state.Outbox)
            owed.Add(string.Create(CultureInfo.InvariantCulture, $"{Send}|{number:D19}"), new Effect.TellPeer(state.Facts!, state.Us.Other(), message));
        if (state is { Proving: true, Full: { } full })
            owed.Add($"{Send}|0", new Effect.TellPeer(state.Facts!, state.Us.Other(), new ChannelMessage.Prove(full.Book, full.SignatureA, full.SignatureB)));
        return owed.ToImmutable();
    }

    public static ChannelCommand? Resume(ChannelState state, string intent, EffectResult result)
    {
        var bar = intent.IndexOf('|', StringComparison.Ordinal);
        var number = intent[(bar + 1)..];
        var id = EffectId.ResultOf(Kind, state.Id.ToString(), intent);
        if (intent[..bar] == Sign)
        {
            return result is EffectResult.ChannelSigned signed
                ? new ChannelCommand.RecordSignature(id, ulong.Parse(number, CultureInfo.InvariantCulture), signed.Signature)
                : null;
        }

        var said = long.Parse(number, CultureInfo.InvariantCulture);
        return Answers.Definite(result) switch
        {
            CommandReply.Accepted => new ChannelCommand.RecordHeard(id, said, null),
            CommandReply.Refused { Rejection: var refusal } => new ChannelCommand.RecordHeard(id, said, refusal),
            _ => null,
        };
    }

    /// <summary>
    /// The oldest of our proposals, since they are said in order; or the newest of the peer's, since its signature is one for all before it. There are never both:
    /// one has the turn.
    /// </summary>
    private static ChannelBook? ToSign(ChannelState state) =>
        state.Ours.FirstOrDefault(static own => own.Signature is null)?.Book ?? (state.Theirs is [.., var newest] ? newest.Book : null);
}
