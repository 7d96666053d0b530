using TPWallet.Grains.Interfaces.Signing;

namespace TPWallet.Domain.Keys;

/// <summary>What may be seen of a key; pure, decides nothing.</summary>
public static class KeyViews
{
    public static KeyView View(KeyState state) => new(
        state.Stage switch
        {
            KeyStage.Active active => active.Attestation,
            KeyStage.Retired retired => retired.Attestation,
            _ => null,
        },
        state.Stage.GetType().Name,
        state.Signed,
        state.Refused,
        state.Pending);
}
