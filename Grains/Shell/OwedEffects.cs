using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;

namespace TPWallet.Grains.Shell;

/// <summary>
/// What a state owes, kept for the two states that are asked about again and again: the durable one and the one under way. A cache; states do not
/// change.
/// </summary>
internal sealed class OwedEffects<TMachine, TState, TCommand, TEvent>
    where TMachine : IMachine<TState, TCommand, TEvent>
    where TState : class
    where TCommand : class, ICommand
    where TEvent : class
{
    private (TState? State, ImmutableSortedDictionary<string, Effect> Effects) _newer = (null, ImmutableSortedDictionary<string, Effect>.Empty);
    private (TState? State, ImmutableSortedDictionary<string, Effect> Effects) _older = (null, ImmutableSortedDictionary<string, Effect>.Empty);

    public ImmutableSortedDictionary<string, Effect> Of(TState state)
    {
        if (ReferenceEquals(_newer.State, state)) return _newer.Effects;
        if (ReferenceEquals(_older.State, state)) return _older.Effects;
        (_older, _newer) = (_newer, (state, TMachine.Owed(state)));
        return _newer.Effects;
    }
}
