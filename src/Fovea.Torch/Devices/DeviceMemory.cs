using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Fovea.Torch;

/// <summary>What to say when a device has no memory left.</summary>
internal static partial class DeviceMemory
{
    private const string Sign = "out of memory";

    /// <summary>Whether an error of libtorch's says that memory has run out.</summary>
    public static bool IsExhausted(Exception error) => error is ExternalException && error.Message.Contains(Sign, StringComparison.OrdinalIgnoreCase);

    /// <summary>The error, with the batch that would fit.</summary>
    /// <param name="cause">What libtorch says, which names what the device has in all.</param>
    /// <param name="input">Shape of what the module was given, a batch along its first axis.</param>
    /// <param name="fixedBytes">What parameters, their gradients and buffers take.</param>
    /// <param name="values">What the values of the graph take together, of which training keeps most.</param>
    public static MemoryException Error(Exception cause, Shape input, long fixedBytes, long values)
    {
        int batch = input.Rank > 0 ? input[0] : 1;
        double share = Capacity(cause.Message) is { } bytes ? Math.Max(0, bytes - fixedBytes) / (double)Math.Max(1, values) : 0.5;
        int fitting = Math.Min(batch / 2, (int)(batch * share));
        string advice = fitting > 0 ? $"take batches of {fitting} (--batch-size {fitting}), and more of them for a step with --accumulate" : "take smaller images or a smaller model";
        return new MemoryException($"libtorch: the device has no memory left for a batch of {batch}; {advice}, or end what else runs there. It says: {FirstLine(cause.Message)}", cause);
    }

    private static long? Capacity(string message)
    {
        Match found = CapacityPattern().Match(message);
        return found.Success && double.TryParse(found.Groups[1].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? (long)(number * (found.Groups[2].Value == "GiB" ? 1L << 30 : 1L << 20))
            : null;
    }

    private static string FirstLine(string message) => message.Split('\n', 2)[0].Trim();

    [GeneratedRegex(@"total capacity of ([0-9.]+) (GiB|MiB)")]
    private static partial Regex CapacityPattern();
}
