using Fovea.Cli;

return CommandLine.Run(args);
