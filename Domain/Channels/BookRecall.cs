using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>Goes through a side's events for the book of one state that is no longer at hand: every state that this side proposed, took or signed was there once.</summary>
/// <param name="state">Struct hash of the state, as the contract stores it.</param>
public sealed class BookRecall(ChannelRef side, ulong nonce, Bytes32 state)
{
    private ChannelState _state = ChannelDecider.Empty(side.ToString());

    /// <summary>The book, once it was found.</summary>
    public ChannelBook? Found { get; private set; }

    /// <summary>The next event of the side.</summary>
    /// <returns>Whether the book is found.</returns>
    public bool Take(ChannelEvent @event, Instant at)
    {
        _state = ChannelDecider.Evolve(_state, @event, at);
        if (@event is ChannelEvent.StateProposed or ChannelEvent.ProposalTaken or ChannelEvent.LossProved && ChannelDecider.BookOf(_state, nonce) is { } book
            && ContractState.Of(book, _state.Terms!.LockFloor).Hash(side.Channel) == state)
            Found = book;
        return Found is not null;
    }
}
