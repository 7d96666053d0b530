using Orleans.Concurrency;
using TPWallet.Domain.Keys;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of the Key machine.</summary>
[Reentrant]
public sealed class KeyGrain(ShellServices services)
    : MachineGrain<KeyDecider, KeyState, KeyCommand, KeyEvent>(services, _codec), IKeyGrain
{
    private static readonly MachineCodec<KeyState, KeyCommand, KeyEvent> _codec =
        new(ContractJson.Default.KeyCommand, KeyJson.Default.KeyEvent, KeyJson.Default.KeyState);

    public Task<KeyView> Read() => Task.FromResult(KeyDecider.View(State));
}
