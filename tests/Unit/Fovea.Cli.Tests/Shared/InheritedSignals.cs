namespace Fovea.Cli.Tests;

/// <summary>What whoever started the tests had ignored: the programs that the tests start inherit it, and such a signal never reaches them.</summary>
internal static class InheritedSignals
{
    public const string Interrupts = "SIGINT is ignored here, as in a shell's background jobs, and children inherit that";

    public const string Hangups = "SIGHUP is ignored here, as under nohup, and children inherit that";

    private const int Hangup = 1;
    private const int Interrupt = 2;

    public static bool IgnoresInterrupts => Ignores(Interrupt);

    public static bool IgnoresHangups => Ignores(Hangup);

    // Linux says it as a mask in which the first bit is signal 1; elsewhere nothing is known.
    private static bool Ignores(int signal) => File.Exists("/proc/self/status")
        && File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } line
        && (Convert.ToUInt64(line[7..].Trim(), 16) >> (signal - 1) & 1) != 0;
}
