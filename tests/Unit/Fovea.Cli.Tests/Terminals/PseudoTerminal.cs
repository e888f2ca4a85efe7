using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Fovea.Cli.Tests.Terminals;

/// <summary>The real program in a terminal of its own, which the test is the window of: it types, changes the size, closes it, and sees what is shown.</summary>
internal sealed class PseudoTerminal : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);
    private readonly FileStream _window;
    private readonly string _device;
    private readonly Process _process;
    private readonly Task _reading;
    private readonly Lock _gate = new();
    private readonly StringBuilder _all = new();

    /// <summary>Starts the program.</summary>
    /// <param name="columns">The width of the window.</param>
    /// <param name="environment">Variables beside the test's own, as NAME=value.</param>
    /// <param name="args">The words after <c>fovea</c>.</param>
    public PseudoTerminal(int columns, string[] environment, params string[] args)
    {
        SafeFileHandle window = File.OpenHandle("/dev/ptmx", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var name = new byte[64];
        Check(grantpt(window));
        Check(unlockpt(window));
        Check(ptsname_r(window, name, name.Length));
        _device = Encoding.ASCII.GetString(name).TrimEnd('\0');
        _window = new FileStream(window, FileAccess.ReadWrite, bufferSize: 0);
        Screen = new Screen(columns, 24, folds: true);
        SetSize(columns);

        // A session of its own, whose terminal this is: Ctrl-C and the window's size become signals.
        string words = string.Join(' ', args.Prepend(Path.Combine(AppContext.BaseDirectory, "fovea.dll")).Select(a => $"'{a}'"));
        _process = Process.Start("sh", ["-c", $"exec setsid -c env TERM=xterm-256color {string.Join(' ', environment)} dotnet {words} <{_device} >{_device} 2>&1"]);
        _reading = Task.Run(Read);
    }

    /// <summary>What the window shows.</summary>
    public Screen Screen { get; }

    /// <summary>All that was written.</summary>
    public string All
    {
        get
        {
            lock (_gate)
            {
                return _all.ToString();
            }
        }
    }

    /// <summary>Why this machine has no pseudo-terminals; null if it has.</summary>
    public static string? Missing => !OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64) ? "pseudo-terminals are made by Linux here"
        : !File.Exists("/dev/ptmx") ? "there is no /dev/ptmx"
        : new[] { "setsid", "stty", "env" }.FirstOrDefault(p => !File.Exists($"/usr/bin/{p}") && !File.Exists($"/bin/{p}")) is { } program ? $"there is no {program}"
        : null;

    /// <summary>Gives the window another width.</summary>
    public void Resize(int columns)
    {
        lock (_gate)
        {
            SetSize(columns);
            Screen.Resize(columns);
        }
    }

    /// <summary>Presses Ctrl-C.</summary>
    public void Interrupt()
    {
        _window.WriteByte(3);
        _window.Flush();
    }

    /// <summary>Sends a signal.</summary>
    public void Send(string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Closes the window: the program's terminal is gone.</summary>
    public void Close() => _window.Dispose();

    /// <summary>Looks at the screen.</summary>
    public T See<T>(Func<Screen, T> look)
    {
        lock (_gate)
        {
            return look(Screen);
        }
    }

    /// <summary>Waits until the screen shows something.</summary>
    public void WaitFor(Func<Screen, bool> shows)
    {
        long start = Stopwatch.GetTimestamp();
        while (!See(shows))
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < s_patience && !_process.HasExited, $"not seen:\n{See(s => string.Join('\n', s.Lines))}");
            Thread.Sleep(10);
        }
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public int WaitForExit()
    {
        Assert.True(_process.WaitForExit(s_patience), $"it does not end:\n{See(s => string.Join('\n', s.Lines))}");
        _reading.Wait(s_patience);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _window.Dispose();
        _process.Dispose();
    }

    private void SetSize(int columns)
    {
        using Process stty = Process.Start("stty", ["-F", _device, "cols", $"{columns}", "rows", "24"]);
        stty.WaitForExit();
        Assert.Equal(0, stty.ExitCode);
    }

    // While no process has the terminal open, before the program does and after it has ended, reading is an error.
    private void Read()
    {
        var bytes = new byte[4096];
        Decoder decoder = Encoding.UTF8.GetDecoder();
        var chars = new char[4096];
        while (true)
        {
            bool hasEnded = _process.HasExited;
            try
            {
                int count = _window.Read(bytes);
                int length = decoder.GetChars(bytes, 0, count, chars, 0);
                lock (_gate)
                {
                    _all.Append(chars, 0, length);
                    Screen.Write(new string(chars, 0, length));
                }
            }
            catch (IOException) when (!hasEnded)
            {
                Thread.Sleep(10);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private static void Check(int result) => Assert.True(result == 0, $"error {Marshal.GetLastPInvokeError()}");

#pragma warning disable SYSLIB1054 // Generated code for these would be unsafe; three calls of a test need no speed.
    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int grantpt(SafeFileHandle window);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int unlockpt(SafeFileHandle window);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ptsname_r(SafeFileHandle window, byte[] name, nint length);
#pragma warning restore SYSLIB1054
}
