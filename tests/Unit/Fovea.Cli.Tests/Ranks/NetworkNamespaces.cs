using System.Diagnostics;
using Fovea.Testing;

namespace Fovea.Cli.Tests;

/// <summary>
/// Two hosts of a network within this machine: namespaces with an interface and an address each, a cable between them that carries so much and no more, and names of their own. Made with
/// <c>ip</c> and <c>tc</c>, which need the rights of root.
/// </summary>
internal sealed class NetworkNamespaces : IDisposable
{
    /// <summary>The addresses of both, as <c>--host</c> takes them.</summary>
    public const string Hosts = "10.77.0.1,10.77.0.2";

    private readonly string _id = Guid.NewGuid().ToString("N")[..6];
    private readonly TemporaryFolder _folder = new();

    private NetworkNamespaces()
    {
    }

    /// <summary>The name of the second host.</summary>
    public string Second => $"b{_id}";

    private string First => $"a{_id}";

    /// <summary>Makes them; skips the test where that is not allowed.</summary>
    /// <param name="rate">What the cable carries, as tc has it: <c>1gbit</c>.</param>
    public static NetworkNamespaces Create(string rate)
    {
        if (!OperatingSystem.IsLinux() || !RankProcesses.Has("ip") || !RankProcesses.Has("tc") || !RankProcesses.Has("unshare"))
        {
            Assert.Skip("Network namespaces need Linux with ip, tc and unshare.");
        }

        var made = new NetworkNamespaces();
        string a = made.First, b = made.Second, va = $"v{a}", vb = $"v{b}";
        string[] commands =
        [
            $"ip netns add {a}", $"ip netns add {b}", $"ip link add {va} netns {a} type veth peer name {vb} netns {b}",
            $"ip -n {a} addr add 10.77.0.1/24 dev {va}", $"ip -n {b} addr add 10.77.0.2/24 dev {vb}",
            $"ip -n {a} link set lo up", $"ip -n {b} link set lo up", $"ip -n {a} link set {va} up", $"ip -n {b} link set {vb} up",
            $"tc -n {a} qdisc add dev {va} root tbf rate {rate} burst 256kb latency 50ms", $"tc -n {b} qdisc add dev {vb} root tbf rate {rate} burst 256kb latency 50ms",
        ];
        foreach (string command in commands)
        {
            if (Run(command) is { Code: not 0 } failed)
            {
                made.Dispose();
                Assert.Skip($"Network namespaces cannot be made here ({command}: {failed.Text.Trim()}).");
            }
        }

        return made;
    }

    /// <summary>A command on the first host, from which Open MPI's launcher reaches both.</summary>
    /// <param name="words">The command.</param>
    public string[] OnFirst(params IEnumerable<string> words)
    {
        // In place of ssh: enters the other namespace, under a host name of its own.
        string agent = _folder.File("agent.sh");
        File.WriteAllText(agent, $"#!/bin/sh\nshift\nexec ip netns exec {Second} unshare --uts sh -c \"hostname {Second}; $*\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(agent, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        string command = string.Join(' ', words.Select(w => $"'{w}'"));
        return
        [
            "ip", "netns", "exec", First, "unshare", "--uts", "sh", "-c",
            $"hostname {First}; export OMPI_MCA_plm_rsh_agent={agent} OMPI_MCA_btl=tcp,self; exec {command}",
        ];
    }

    /// <summary>Cuts the cable.</summary>
    public void Cut() => Run($"ip -n {Second} link set v{Second} down");

    /// <inheritdoc/>
    public void Dispose()
    {
        Run($"ip netns del {First}");
        Run($"ip netns del {Second}");
        _folder.Dispose();
    }

    private static RankProcesses.Ended Run(string command)
    {
        string[] words = command.Split(' ');
        using Process process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        string text = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return new RankProcesses.Ended(process.ExitCode, text);
    }
}
