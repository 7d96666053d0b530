// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ChannelManager} from "../../src/ChannelManager.sol";
import {VM} from "../IVm.sol";
import {PlainToken} from "../tokens/PlainToken.sol";
import {Handler} from "./Handler.sol";

/// @notice After any sequence of calls: money is conserved, and each party has exactly what the newest states give it.
contract ChannelsInvariant {
    address private constant OWNER = address(0x0123);

    ChannelManager private _manager;
    Handler private _handler;
    PlainToken[2] private _tokens;

    function setUp() external {
        VM.warp(1_800_000_000);
        _manager = new ChannelManager(OWNER, 1 days, 1 hours, 1 hours, 1 hours);
        for (uint256 i = 0; i < 2; ++i) {
            _tokens[i] = new PlainToken();
            VM.prank(OWNER);
            _manager.allow(address(_tokens[i]), 5, 40);
        }
        (uint256 keyA, uint256 keyB) = (0xA11CE, 0xB0B);
        if (VM.addr(keyA) > VM.addr(keyB)) (keyA, keyB) = (keyB, keyA);
        _handler = new Handler(_manager, _tokens[0], _tokens[1], keyA, keyB);
    }

    /// @notice forge asks for what to call.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function invariant_moneyIsConserved_andEachHasWhatTheNewestStateGives() external view {
        for (uint256 i = 0; i < 2; ++i) {
            address token = address(_tokens[i]);
            (, uint128 owed,,) = _manager.tokens(token);
            (address a, address b) = (_handler.A(), _handler.B());
            (uint128 creditA,) = _manager.accounts(a, token);
            (uint128 creditB,) = _manager.accounts(b, token);
            VM.assertEq(_tokens[i].balanceOf(address(_manager)), owed, "balance and books");
            VM.assertEq(_handler.held(token) + creditA + creditB, owed, "channels, credits and books");
            VM.assertEq(creditA + _handler.pulled(a, token), _handler.given(a, token), "A has what the newest states give");
            VM.assertEq(creditB + _handler.pulled(b, token), _handler.given(b, token), "B has what the newest states give");
        }
        _handler.checkGone();
    }

    /// @notice An invariant over nothing proves nothing: a run of the same calls does each thing that there is to do.
    function test_handler_doesEverything() external {
        string[14] memory things = [
            "open",
            "topUp",
            "update",
            "signWithdrawal",
            "withdraw",
            "close",
            "outspent",
            "challenge",
            "stale",
            "settle",
            "register",
            "paid",
            "returned",
            "pull"
        ];
        uint256[14] memory times;
        for (uint256 run = 0; run < 8; ++run) {
            this.setUp();
            for (uint256 step = 0; step < 300; ++step) {
                _step(run, step);
            }
            this.invariant_moneyIsConserved_andEachHasWhatTheNewestStateGives();
            for (uint256 i = 0; i < 14; ++i) {
                times[i] += _handler.done(things[i]);
            }
        }
        for (uint256 i = 0; i < 14; ++i) {
            VM.assertTrue(times[i] != 0, things[i]);
        }
    }

    function _step(uint256 run, uint256 step) private {
        uint256 one = uint256(keccak256(abi.encode(run, step, 1)));
        uint256 two = uint256(keccak256(abi.encode(run, step, 2)));
        bool three = one & 1 == 1;
        uint256 call = (one >> 8) % 13;
        if (call == 0) _handler.open(one, three, 1e18 - 1);
        else if (call == 1) _handler.topUp(one, three, 1e9);
        else if (call == 2 || call == 3) _handler.update(one, two, uint256(keccak256(abi.encode(two))));
        else if (call == 4) _handler.signWithdrawal(one, three, type(uint128).max);
        else if (call == 5) _handler.withdraw(one, three);
        else if (call == 6 && step > 180) _handler.close(one, three, two);
        else if (call == 7) _handler.challenge(one, two);
        else if (call == 8) _handler.settle(one, two);
        else if (call == 9 && step > 290) _handler.closeTogether(one, two);
        else if (call == 10) _handler.register(one);
        else if (call == 11) _handler.resolve(one, three, two);
        else if (call == 12) _handler.pull(one, three, 1e9);
        else if (step % 4 == 0) _handler.wait(two);
    }
}
