using Orleans;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Effects;

/// <summary>What the questions to the signer share: whom they are asked for, and what its answers come to.</summary>
internal static class SignerAnswers
{
    internal static Task<AccountLineage?> LineageOf(this IGrainFactory grains, AccountId account) => grains.GetGrain<IAccountGrain>(account.ToString()).ReadLineage();

    /// <summary>Who asks is registered: an activation that does not know it has been overtaken by another, and what is read of it decides nothing.</summary>
    internal static EffectResult.NoAnswer Unregistered(AccountId account) => new($"Account {account} is not known here as registered.");

    internal static EffectResult Map<T>(this SignerAnswer<T> answer, Func<T, EffectResult> given) => answer switch
    {
        SignerAnswer<T>.Given g => given(g.Value),
        SignerAnswer<T>.Refused r => new EffectResult.Failed(r.Rejection),
        SignerAnswer<T>.NoAnswer n => new EffectResult.NoAnswer(n.Detail),
        _ => throw new UnreachableException(),
    };
}
