using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Whole;

/// <summary>What a node of one chain family says in each of its moods.</summary>
internal interface ILies
{
    /// <summary>For <see cref="NodeMood.Invents"/>: an own address that nobody paid.</summary>
    Address Own { get; set; }

    /// <summary>A question as the real node understands it: it knows none of the lies that were told.</summary>
    string Onward(string request);

    /// <summary>The answer in a mood, made from the real one.</summary>
    /// <param name="ask">Asks the real node anything else.</param>
    Task<string> TellAsync(NodeMood mood, string request, string answer, Func<string, Task<string>> ask);
}
