// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MultiSend} from "../MultiSend.sol";
import {VM} from "./IVm.sol";
import {CallingPayee, GreedyPayee, RefusingPayee} from "./Payees.sol";
import {TestToken} from "./Tokens.sol";

/// @notice All payments or none, each whole and once, and nothing is left in the contract.
contract MultiSendTest {
    address private constant _ANA = address(0xa11a);
    address private constant _BEN = address(0xbe17);
    uint256 private constant _ETHER = 10 ether;

    MultiSend private _batch;

    function setUp() public {
        _batch = new MultiSend();
        VM.deal(address(this), _ETHER);
    }

    function test_send_native_paysEachExactlyAndKeepsNothing() public {
        MultiSend.Payment[] memory payments = _two(_ANA, 3, _BEN, 4);
        VM.expectEmit(true, true, true, true, address(_batch));
        emit MultiSend.Sent(address(this), 0, _ANA, address(0), 3);
        VM.expectEmit(true, true, true, true, address(_batch));
        emit MultiSend.Sent(address(this), 1, _BEN, address(0), 4);
        _batch.send{value: 7}(payments);
        VM.assertEq(_ANA.balance, 3, "the first is paid");
        VM.assertEq(_BEN.balance, 4, "the second is paid");
        VM.assertEq(address(_batch).balance, 0, "nothing stays");
    }

    function test_send_payeeThatRefuses_undoesThoseBeforeIt() public {
        address refusing = address(new RefusingPayee());
        VM.expectRevert(abi.encodeWithSelector(MultiSend.PaymentFailed.selector, 1));
        _batch.send{value: 7}(_two(_ANA, 3, refusing, 4));
        VM.assertEq(_ANA.balance, 0, "all or none");
        VM.assertEq(address(this).balance, _ETHER, "the sender has it all");
    }

    function test_send_leftoverValue_isRefused() public {
        VM.expectRevert(abi.encodeWithSelector(MultiSend.WrongValue.selector, 8, 7));
        _batch.send{value: 8}(_two(_ANA, 3, _BEN, 4));
    }

    function test_send_tooLittleValue_isRefusedEvenIfTheContractHasSome() public {
        VM.deal(address(_batch), 100);
        VM.expectRevert(abi.encodeWithSelector(MultiSend.WrongValue.selector, 6, 7));
        _batch.send{value: 6}(_two(_ANA, 3, _BEN, 4));
        VM.assertEq(address(_batch).balance, 100, "what somebody forced upon it pays nobody");
    }

    function test_send_noPayments_isRefused() public {
        VM.expectRevert(abi.encodeWithSelector(MultiSend.NoPayments.selector));
        _batch.send(new MultiSend.Payment[](0));
    }

    function test_send_payeeThatCallsBack_paysForItselfAndIsAnotherSender() public {
        CallingPayee caller = new CallingPayee(_batch, _BEN, 2);
        VM.expectEmit(true, true, true, true, address(_batch));
        emit MultiSend.Sent(address(caller), 0, _BEN, address(0), 2);
        VM.expectEmit(true, true, true, true, address(_batch));
        emit MultiSend.Sent(address(this), 0, address(caller), address(0), 3);
        VM.expectEmit(true, true, true, true, address(_batch));
        emit MultiSend.Sent(address(this), 1, _ANA, address(0), 4);
        _batch.send{value: 7}(_two(address(caller), 3, _ANA, 4));
        VM.assertEq(caller.calls(), 1, "it was paid once");
        VM.assertEq(address(caller).balance, 1, "by its own share");
        VM.assertEq(_ANA.balance, 4, "the next one is paid whole");
    }

    function test_send_payeeThatTakesForNothing_getsNothing() public {
        GreedyPayee greedy = new GreedyPayee(_batch);
        _batch.send{value: 7}(_two(address(greedy), 3, _ANA, 4));
        VM.assertTrue(!greedy.succeeded(), "what is still to be paid belongs to this call");
        VM.assertEq(address(greedy).balance, 3, "its own payment");
        VM.assertEq(_ANA.balance, 4, "the next one is paid whole");
    }

    function test_send_tokenThatTellsNothing_isTaken() public {
        TestToken token = _token(TestToken.Answer.Nothing, 0, 10);
        _batch.send(_one(address(token), _ANA, 10));
        VM.assertEq(token.balanceOf(_ANA), 10, "it arrived");
        VM.assertEq(token.allowance(address(this), address(_batch)), 0, "the allowance is used up");
    }

    function test_send_tokenThatAnswersFalse_isRefused() public {
        TestToken token = _token(TestToken.Answer.False, 0, 10);
        VM.expectRevert(abi.encodeWithSelector(MultiSend.PaymentFailed.selector, 0));
        _batch.send(_one(address(token), _ANA, 10));
    }

    function test_send_tokenThatKeepsAPart_isRefused() public {
        TestToken token = _token(TestToken.Answer.True, 10, 100);
        VM.expectRevert(abi.encodeWithSelector(MultiSend.NotWhole.selector, 0, 90));
        _batch.send(_one(address(token), _ANA, 100));
    }

    function test_send_withoutAllowance_isRefused() public {
        TestToken token = new TestToken(TestToken.Answer.True, 0);
        token.mint(address(this), 10);
        VM.expectRevert(abi.encodeWithSelector(MultiSend.PaymentFailed.selector, 0));
        _batch.send(_one(address(token), _ANA, 10));
    }

    function test_send_anothersAllowance_paysOnlyForWhoCalls() public {
        TestToken token = _token(TestToken.Answer.True, 0, 10);
        VM.prank(_BEN);
        VM.expectRevert(abi.encodeWithSelector(MultiSend.PaymentFailed.selector, 0));
        _batch.send(_one(address(token), _BEN, 10));
        VM.assertEq(token.balanceOf(address(this)), 10, "nobody takes what another allowed");
    }

    function testFuzz_send_anyAmounts_addUp(uint8 some, uint256 seed) public {
        uint256 count = 1 + uint256(some) % 64;
        TestToken token = _token(TestToken.Answer.True, 0, type(uint128).max);
        MultiSend.Payment[] memory payments = new MultiSend.Payment[](count);
        uint256 native = 0;
        uint256 tokens = 0;
        for (uint256 i = 0; i < count; ++i) {
            uint256 drawn = uint256(keccak256(abi.encode(seed, i)));
            bool isToken = drawn & 1 == 1;
            payments[i] = MultiSend.Payment(isToken ? address(token) : address(0), _payee(i), drawn % 1e15);
            if (isToken) tokens += payments[i].amount;
            else native += payments[i].amount;
        }
        _batch.send{value: native}(payments);
        for (uint256 i = 0; i < count; ++i) {
            bool isToken = payments[i].token != address(0);
            VM.assertEq(isToken ? token.balanceOf(_payee(i)) : _payee(i).balance, payments[i].amount, "each is paid exactly");
        }
        VM.assertEq(address(this).balance, _ETHER - native, "native coin adds up");
        VM.assertEq(token.balanceOf(address(this)), type(uint128).max - tokens, "tokens add up");
        VM.assertEq(address(_batch).balance + token.balanceOf(address(_batch)), 0, "nothing stays");
    }

    function _payee(uint256 index) private pure returns (address) {
        return address(bytes20(keccak256(abi.encode("payee", index))));
    }

    function _token(TestToken.Answer answer, uint256 feePercent, uint256 amount) private returns (TestToken token) {
        token = new TestToken(answer, feePercent);
        token.mint(address(this), amount);
        token.approve(address(_batch), amount);
    }

    function _one(address token, address to, uint256 amount) private pure returns (MultiSend.Payment[] memory payments) {
        payments = new MultiSend.Payment[](1);
        payments[0] = MultiSend.Payment(token, to, amount);
    }

    function _two(address first, uint256 one, address second, uint256 two) private pure returns (MultiSend.Payment[] memory payments) {
        payments = new MultiSend.Payment[](2);
        payments[0] = MultiSend.Payment(address(0), first, one);
        payments[1] = MultiSend.Payment(address(0), second, two);
    }
}
