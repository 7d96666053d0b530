using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>Goes through a side's events for every state that it has ever signed: the peer may close by each.</summary>
public sealed class SignedHistory(ChannelRef side)
{
    private ChannelState _state = ChannelDecider.Empty(side.ToString());

    /// <summary>The next event of the side.</summary>
    /// <returns>The state that it signed; null: it signed none.</returns>
    public SignedMark? Take(ChannelEvent @event, Instant at)
    {
        _state = ChannelDecider.Evolve(_state, @event, at);
        var nonce = @event switch
        {
            ChannelEvent.ProposalSigned e => e.Nonce,
            ChannelEvent.StateSigned e => e.Nonce,
            _ => 0UL,
        };
        return nonce != 0 && ChannelDecider.BookOf(_state, nonce) is { } book ? new SignedMark(nonce, ContractState.Of(book, _state.Terms!.LockFloor).Hash(side.Channel)) : null;
    }
}
