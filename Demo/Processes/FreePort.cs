using System.Net.NetworkInformation;

namespace TPWallet.Demo.Processes;

/// <summary>Ports on loopback for what is about to be started.</summary>
public static class FreePort
{
    private const int First = 16_384;
    private const int End = 32_768;

    /// <summary>
    /// One that nobody listens on now. Below those that the kernel gives to outgoing connections (from 32768 on): between the choice and its use only somebody who chooses likewise
    /// could take it, one time in sixteen thousand.
    /// </summary>
    public static int Take()
    {
        var busy = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners();
        while (true)
        {
            var port = Random.Shared.Next(First, End);
            if (busy.All(listener => listener.Port != port)) return port;
        }
    }
}
